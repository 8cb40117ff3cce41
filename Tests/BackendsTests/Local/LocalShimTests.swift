import HostTools
import FoundationEssentials
import Glibc
import Logging
import Testing
import Wire

@testable import Backends

/// The real shim, started as the server starts it.
@Suite struct LocalShimTests {
    private static func product(_ name: String) -> String {
        let own = CommandLine.arguments[0]
        return (own.lastIndex(of: "/").map { String(own[..<$0]) } ?? ".") + "/" + name
    }

    /// A directory with a copy of the shim's program and a runner that does nothing.
    private func with(_ body: (_ directory: String, _ program: String) async throws -> Void) async throws {
        let directory = "/tmp/local-shim-\(String(UInt64.random(in: 0 ... .max), radix: 16))"
        let files = FileManager.default
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let program = directory + "/dstack-shim"
        try install("cp '\(Self.product("dstack-shim"))' '\(program)'")
        try install(
            "printf '#!/bin/sh\\nexec sleep 1000\\n' > '\(directory)/dstack-runner'; chmod 755 '\(directory)/dstack-runner'"
        )
        try await body(directory, program)
        // What is left is ended; the shim may have been ended by the test.
        let client = NIOShimClient(address: .unix(path: directory + "/shim.sock"))
        do throws(AgentError) {
            for task in try await client.tasks() {
                try await client.terminate(id: task.id, reason: "x", message: "", grace: 0)
                try await client.remove(id: task.id)
            }
            try await client.shutdown()
        } catch {
            guard case .unreachable = error else { throw error }
        }
        // The shim takes its socket away while it leaves, perhaps while this deletes it.
        while files.fileExists(atPath: directory) {
            do {
                try files.removeItem(atPath: directory)
            } catch {
                await Task.yield()
            }
        }
    }

    /// Makes a program by a shell: where this process wrote it, a child that another test starts just then would hold
    /// it open for writing, and it could not be executed.
    private func install(_ script: String) throws {
        try #require(try ToolRun.output(of: ["sh", "-c", script], seconds: 60) != nil)
    }

    private func boot(_ shim: LocalShim) async throws -> String {
        let watch = try await shim.client.watch()
        guard case .snapshot(let boot, _)? = try await watch.next() else { return "" }
        await watch.close()
        return boot
    }

    private func answers(_ shim: LocalShim) async -> Bool {
        do {
            _ = try await shim.client.health()
            return true
        } catch {
            return false
        }
    }

    private func local(_ directory: String, _ program: String) -> LocalShim {
        LocalShim(directory: directory, program: program, logger: Logger(label: "test"))
    }

    @Test func ensure_startsAShim_andTheNextServerFindsIt() async throws {
        try await with { directory, program in
            let first = local(directory, program)
            async let one: Void = first.ensure()
            async let two: Void = first.ensure()
            _ = try await (one, two)
            let boot = try await boot(first)
            #expect(!boot.isEmpty)
            let second = local(directory, program)
            try await second.ensure()
            #expect(try await self.boot(second) == boot)
        }
    }

    @Test func ensure_whenTheShimWasKilled_startsAnotherWithItsTasks() async throws {
        try await with { directory, program in
            let shim = local(directory, program)
            try await shim.ensure()
            let before = try await boot(shim)
            let task = try await shim.client.submit(ShimTaskRequest(id: "a", name: "n"))
            let holder = try String(contentsOfFile: directory + "/shim/shim.lock", encoding: .utf8)
            let pid = try #require(Int32(holder.filter(\.isNumber)))
            kill(pid, SIGKILL)
            while await answers(shim) { await Task.yield() }
            try await shim.ensure()
            #expect(try await boot(shim) != before)
            #expect(try await shim.client.task(id: "a")?.address == task.address)
            #expect(try await shim.client.task(id: "a")?.status == .running)
        }
    }

    @Test func ensure_withAnotherBuild_replacesAnIdleShimOnly() async throws {
        try await with { directory, program in
            let shim = local(directory, program)
            try await shim.ensure()
            let first = try await boot(shim)
            _ = try await shim.client.submit(ShimTaskRequest(id: "a", name: "n"))
            // A new file takes the name, as an installation does it.
            try install("cp '\(program)' '\(program).new' && mv '\(program).new' '\(program)'")
            try await shim.ensure()
            #expect(try await boot(shim) == first)
            try await shim.client.terminate(id: "a", reason: "x", message: "", grace: 0)
            try await shim.ensure()
            #expect(try await boot(shim) != first)
            #expect(try await shim.client.task(id: "a")?.status == .terminated)
        }
    }

    @Test func ensure_withoutTheProgram_namesIt() async throws {
        try await with { directory, program in
            let shim = local(directory, program + "-missing")
            await #expect(throws: LocalError.noShim(path: program + "-missing")) { try await shim.ensure() }
        }
    }

    @Test func ensure_whenTheShimEndsAtOnce_showsItsLastWords() async throws {
        try await with { directory, _ in
            let program = directory + "/broken"
            try install("printf '#!/bin/sh\\necho cannot go on >&2\\nexit 1\\n' > '\(program)'; chmod 755 '\(program)'")
            let error = await #expect(throws: LocalError.self) { try await local(directory, program).ensure() }
            #expect(error == .shimSilent(log: directory + "/shim/shim.log", lastLines: "cannot go on"))
        }
    }
}
