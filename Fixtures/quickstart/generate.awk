# Writes readings.csv: awk -f generate.awk > readings.csv
#
# 6,000 hourly readings of a made-up cooling plant. The power drawn is a straight line over the four readings plus
# noise, so whoever fits a line to the file must find close to 25, 1.9, 0.62, -0.11 and 3.4. The random numbers come
# from a generator written out here: the file is the same on every machine.
function uniform() {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
}

function normal(    i, sum) {
    sum = 0
    for (i = 0; i < 12; i++) sum += uniform()
    return sum - 6
}

BEGIN {
    seed = 20260914
    print "hour,outside_celsius,load_percent,humidity_percent,fans_on,power_kilowatt"
    for (hour = 0; hour < 6000; hour++) {
        outside = 14 + 9 * sin(hour / 24 * 6.283185307) + 3 * normal()
        load = 20 + 70 * uniform()
        humidity = 40 + 50 * uniform()
        fans = int(uniform() * 9)
        power = 25 + 1.9 * outside + 0.62 * load - 0.11 * humidity + 3.4 * fans + 2 * normal()
        printf "%d,%.2f,%.2f,%.2f,%d,%.3f\n", hour, outside, load, humidity, fans, power
    }
}
