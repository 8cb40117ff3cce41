"""A few rounds of `make chaos`: parts killed at random under a load of processes and containers lose and double nothing."""

from chaos import Chaos


def test_nothing_is_lost_or_doubled():
    with Chaos(seed=1, say=print) as chaos:
        for number in (1, 2, 4):  # Those with a retry take half a minute: they are left to `make chaos`.
            print(chaos.round(number))
