import FoundationEssentials
import Testing
import Wire

@testable import Shim

@Suite struct DockerValuesTests {
    @Test(arguments: [
        ("ubuntu", "ubuntu", nil, nil, true, nil),
        ("ubuntu:22.04", "ubuntu", "22.04", nil, false, nil),
        ("localhost:5000/a/b", "localhost:5000/a/b", nil, nil, true, "localhost:5000"),
        ("ghcr.io/a/b:latest", "ghcr.io/a/b", "latest", nil, true, "ghcr.io"),
        ("a/b@sha256:12", "a/b", nil, "sha256:12", false, nil),
    ])
    func imageNames(
        _ text: String, _ repository: String, _ tag: String?, _ digest: String?, _ isMoving: Bool, _ registry: String?
    ) {
        let name = ImageName(text)
        #expect(name.repository == repository)
        #expect(name.tag == tag)
        #expect(name.digest == digest)
        #expect(name.isMoving == isMoving)
        #expect(name.registry == registry)
    }

    @Test func aPullsProgressIsTheSumOfItsLayers() throws {
        let lines = [
            #"{"status":"Pulling from team/box","id":"7"}"#,
            #"{"status":"Pulling fs layer","progressDetail":{},"id":"a"}"#,
            #"{"status":"Pulling fs layer","progressDetail":{},"id":"b"}"#,
            #"{"status":"Already exists","progressDetail":{},"id":"c"}"#,
            #"{"status":"Downloading","progressDetail":{"current":30,"total":100},"id":"a"}"#,
            #"{"status":"Download complete","progressDetail":{},"id":"a"}"#,
            #"{"status":"Downloading","progressDetail":{"current":5,"total":50},"id":"b"}"#,
            #"{"status":"Extracting","progressDetail":{"current":20,"total":100},"id":"a"}"#,
            #"{"status":"Pull complete","progressDetail":{},"id":"b"}"#,
        ]
        var progress = PullProgress()
        var told: [ImagePullProgress?] = []
        for line in lines {
            _ = progress.take(try JSONDecoder().decode(PullStep.self, from: Data(line.utf8)))
            told.append(progress.wire)
        }
        #expect(told[0] == nil)
        #expect(told[3]?.isTotalBytesFinal == false)
        let halfway = ImagePullProgress(
            downloadedBytes: 105, extractedBytes: 20, totalBytes: 150, isTotalBytesFinal: true)
        #expect(told[7] == halfway)
        let last = ImagePullProgress(downloadedBytes: 150, extractedBytes: 70, totalBytes: 150, isTotalBytesFinal: true)
        #expect(told[8] == last)
    }

    @Test func aContainerIsAskedForInTheEnginesWords() throws {
        let task = ShimTaskRequest(
            id: "12345678-9", name: "run-0-0", imageName: "box:1", gpu: 2, cpu: 1.5, memory: 1 << 20, shmSize: 2 << 20,
            networkMode: "bridge", instanceMounts: [.init(instancePath: "/data", path: "/in")])
        let image = DockerImage(
            id: "sha256:1", digests: [], architecture: "amd64",
            config: .init(user: "worker", entrypoint: ["/a"], command: ["b c"]))
        let plan = ContainerPlan(
            ContainerRequest(task, address: nil), image, task: task.id, shim: "s",
            runner: RunnerLauncher(program: "/r", port: 10999, logLevel: "info", tools: nil), gpus: .nvidia(count: 8))
        let json = try JSONParser.parse([UInt8](try EngineJSON.encode(plan)))
        #expect(json["Image"] == "sha256:1")
        #expect(json["User"] == "0:0")
        #expect(json["Env"] == ["DSTACK_RUNNER_IMAGE_USER=worker", #"DSTACK_RUNNER_IMAGE_COMMAND=["/a","b c"]"#])
        #expect(json["Labels"]?["dstack.task"] == "12345678-9")
        let host = try #require(json["HostConfig"])
        #expect(host["NanoCpus"] == 1_500_000_000)
        #expect(host["Memory"] == 1_048_576)
        #expect(host["ShmSize"] == 2_097_152)
        guard case .array(let bindings)? = host["PortBindings"]?["10999/tcp"] else {
            Issue.record("no ports")
            return
        }
        #expect(bindings.map { $0["HostIp"] } == ["127.0.0.1"])
        guard case .array(let cards)? = host["DeviceRequests"] else {
            Issue.record("no GPUs")
            return
        }
        #expect(cards.map { $0["Count"] } == [2])
        guard case .array(let mounts)? = host["Mounts"], let last = mounts.last else {
            Issue.record("no mounts")
            return
        }
        #expect(mounts.count == 2)
        #expect(last["Source"] == "/data")
        #expect(last["Target"] == "/in")
        #expect(last["ReadOnly"] == false)
    }

    @Test(arguments: [
        ("manifest for x not found: manifest unknown", false, "check the image's name and tag"),
        ("unauthorized: authentication required", false, "a private one needs `registry_auth`"),
        ("unauthorized: authentication required", true, "the registry refused the credentials"),
        ("write /x: no space left on device", false, "the disk of the Docker Engine is full"),
        ("no matching manifest for linux/amd64 in the manifest list entries", false, "not made for this host"),
        ("dial tcp 127.0.0.1:1: connect: connection refused", false, "the registry cannot be reached"),
    ])
    func aRefusedPullSaysWhatToDo(_ words: String, _ hasCredentials: Bool, _ advice: String) {
        let text = PullRefusal.words("x", .refused(status: 500, message: words), hasCredentials: hasCredentials)
        #expect(text.contains("cannot pull image 'x': \(words)") && text.contains(advice))
    }

    /// The first words are a daemon's whose containerd was killed.
    @Test(arguments: [
        (500, "failed to retrieve spec: transport is closing: unavailable", true),
        (500, #"connection error: desc = "transport: Error while dialing": unavailable"#, true),
        (500, "failed to create task: exec: \"/no/such\": no such file or directory: unknown", false),
        (404, "No such image: unavailable", false),
    ])
    func aDaemonWithoutItsContainerdIsAskedAgain(_ status: Int, _ words: String, _ isTransient: Bool) {
        #expect(DockerError.refused(status: status, message: words).isTransient == isTransient)
    }

    @Test func theOutputOfAContainerIsReadFromItsFrames() {
        let frames: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 3] + Array("ab\n".utf8) + [2, 0, 0, 0, 0, 0, 0, 2] + Array("c\n".utf8)
        #expect(ContainerLog.text(frames) == "ab\nc")
    }
}
