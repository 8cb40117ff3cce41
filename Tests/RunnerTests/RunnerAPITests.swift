import AgentServer
import Backends
import FoundationEssentials
import Glibc
import AgentClient
import Testing
import Wire

@testable import Runner

/// Each endpoint, asked at the right time and at the wrong one.
@Suite(.timeLimit(.minutes(1)))
struct RunnerAPITests {
    @Test func healthcheck_namesTheRunner() async throws {
        try await RunningRunner.with { runner in
            let answer = try await runner.get("/api/healthcheck")
            #expect(answer.text.contains(#""service":"dstack-runner""#))
        }
    }

    @Test func submitAgain_beforeTheRun_isTaken_andAfterItRefused() async throws {
        try await RunningRunner.with { runner in
            try await runner.client.submit(RunningRunner.job(["/bin/false"]))
            let first = try await runner.start(["/bin/sh", "-c", "echo $DSTACK_JOB_ID"])
            #expect(try await runner.client.run() == first)
            await #expect(throws: AgentError.self) { try await runner.client.submit(RunningRunner.job(["/bin/true"])) }
            #expect(try await runner.outcome().text == "job-id\r\n")
        }
    }

    @Test func run_withoutJob_isAConflict() async throws {
        try await RunningRunner.with { runner in
            let answer = try await runner.post("/api/run")
            #expect(answer.status == 409)
            #expect(answer.text == "no job has been submitted\n")
        }
    }

    @Test func submit_ofAnOfficialServer_isUnderstood() async throws {
        try await RunningRunner.with { runner in
            let body = """
                {"run":{"id":"r","run_spec":{"run_name":"n","repo_id":"x","repo_data":{"repo_type":"virtual"},
                "configuration":{"type":"task","commands":["true"]},"configuration_path":"a.yml"}},
                "job_spec":{"replica_num":0,"job_num":0,"jobs_per_replica":1,"user":null,"commands":["/bin/echo","hi"],
                "env":{},"single_branch":null,"max_duration":null,"ssh_key":{"private":"p","public":"q"},
                "working_dir":null,"repo_dir":"/workflow","repo_data":{"repo_type":"virtual"},
                "repo_exists_action":null,"file_archives":[]},"job_submission":{"id":"s"},
                "cluster_info":{"job_ips":["10.0.0.1"],"master_job_ip":"10.0.0.1","gpus_per_job":0},
                "secrets":{},"repo_credentials":null,"log_quota_hour":52428800,
                "run_spec":{"run_name":"n","repo_id":"x"}}
                """
            let answer = try await runner.post("/api/submit", body)
            #expect(answer.status == 200, "\(answer.text)")
            _ = try await runner.client.run()
            #expect(try await runner.outcome().text == "hi\r\n")
        }
    }

    @Test(arguments: [
        ("{}", "field 'run' is missing"), ("[1", "body"), (#"{"run":1}"#, "at 'run'"),
    ])
    func submit_ofSomethingElse_isRefusedInWords(_ body: String, _ words: String) async throws {
        try await RunningRunner.with { runner in
            let answer = try await runner.post("/api/submit", body)
            #expect(answer.status == 400)
            #expect(answer.text.contains(words), "\(answer.text)")
        }
    }

    @Test func submit_withoutCommands_isRefused() async throws {
        try await RunningRunner.with { runner in
            await #expect(
                throws: AgentError.refused(status: 400, message: "job_spec.commands is empty: there is nothing to run")
            ) {
                try await runner.client.submit(RunningRunner.job([]))
            }
        }
    }

    @Test(arguments: [#"{"timeout":-1}"#, #"{"timeout":"x"}"#, "nonsense"])
    func stop_withABadTimeout_isRefused(_ body: String) async throws {
        try await RunningRunner.with { runner in
            let answer = try await runner.post("/api/stop", body)
            #expect(answer.status == 400)
        }
    }

    @Test func metrics_sumTheJobsProcesses() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "echo up; read line"])
            _ = try await runner.stream { $0.text.contains("up") }
            let answer = try await runner.get("/api/metrics")
            let metrics = try JSONDecoder().decode(RunnerMetrics.self, from: Data(answer.body.readableBytesView))
            #expect(metrics.memoryUsageBytes > 100_000)
            #expect(metrics.timestampMicro > 1_700_000_000_000_000)
            #expect(metrics.gpus == [])
        }
    }

    @Test func metrics_askNvidiasTool() async throws {
        try await Scratch.with { scratch in
            // By a shell: what this process has open for writing cannot be executed.
            let lines = "'#!/bin/sh' \"echo '1024, 50'\" \"echo '[N/A], [N/A]'\""
            let made = try Scratch.shell(
                "cd '\(scratch)' && printf '%s\\n' \(lines) >nvidia-smi && chmod 755 nvidia-smi")
            #expect(made == .exited(0))
            try await RunningRunner.with(environment: ["PATH=\(scratch):/usr/bin:/bin"]) { runner in
                let answer = try await runner.get("/api/metrics")
                let metrics = try JSONDecoder().decode(RunnerMetrics.self, from: Data(answer.body.readableBytesView))
                #expect(
                    metrics.gpus == [
                        RunnerGPUMetrics(gpuMemoryUsageBytes: 1 << 30, gpuUtilPercent: 50),
                        RunnerGPUMetrics(gpuMemoryUsageBytes: 0, gpuUtilPercent: 0),
                    ])
            }
        }
    }

    /// 1. A driver is broken: the tool does not come to an end. 2. It is asked for again and again. 3. The driver works again.
    @Test func toolThatHangs_isLeftAlone_andNoOtherIsStarted_untilItEnds() async throws {
        try await Scratch.with { scratch in
            let text = "echo >>'\(scratch)/starts'; echo '1024, 50'; read line <'\(scratch)/driver'"
            let made = try Scratch.shell(
                "cd '\(scratch)' && mkfifo driver && printf '%s\\n' '#!/bin/sh' \"\(text)\" >tool && chmod 755 tool")
            #expect(made == .exited(0))
            let probe = GPUProbe(patience: .seconds(2))
            for _ in 0..<3 {
                let found = probe.read(by: scratch + "/tool")
                #expect(found == [])
            }
            // It begins when the machine has time for it.
            while access(scratch + "/starts", F_OK) != 0 { await Task.yield() }
            let starts = try SmallFile.read(scratch + "/starts")
            #expect(starts == "\n")
            let gpus = [RunnerGPUMetrics(gpuMemoryUsageBytes: 1 << 30, gpuUtilPercent: 50)]
            // Opened for both, so that it need not be read at that moment.
            let driver = open(scratch + "/driver", O_RDWR | O_NONBLOCK | O_CLOEXEC)
            defer { close(driver) }
            var found: [RunnerGPUMetrics] = []
            while found.isEmpty {
                _ = Glibc.write(driver, "\n", 1)
                found = probe.read(by: scratch + "/tool")
            }
            #expect(found == gpus)
        }
    }

    @Test func webSocket_sendsHistoryThenLiveThenCloses() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "echo one; read line; echo two"])
            _ = try await runner.stream { $0.text.contains("one") }
            // Its standard input is the terminal: the job goes on when it is asked to end.
            let messages = try await WebSocketReader.read(
                runner.address, "/logs_ws?start_time=2020-01-01T00:00:00.000000%2B00:00"
            ) { text in
                if text == "one\r\n" { try await runner.client.stop(grace: 0) }
            }
            #expect(messages.text == "one\r\n")
            #expect(messages.closeCode == 1000)
        }
    }

    @Test func webSocket_fromNow_leavesHistoryOut() async throws {
        try await RunningRunner.with { runner in
            try await runner.start(["/bin/sh", "-c", "echo one"])
            _ = try await runner.outcome()
            let messages = try await WebSocketReader.read(runner.address, "/logs_ws?start_time=2100-01-01T00:00:00Z")
            #expect(messages.text == "")
            let bad = try await WebSocketReader.read(runner.address, "/logs_ws?start_time=yesterday")
            #expect(bad.closeCode == 1003)
        }
    }
}
