import Testing

@testable import Shim

@Suite struct GroupRootTests {
    private let mounts = """
        tmpfs /sys/fs/cgroup tmpfs rw 0 0
        cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
        cgroup /sys/fs/cgroup/freezer cgroup rw,relatime,freezer 0 0
        cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0
        """
    private let own = "7:freezer:/jobs\n3:cpu,cpuacct:/a\n1:name=systemd:/init\n0::/user.slice/x.scope\n"

    @Test func mounts_areFound() {
        #expect(GroupRoot.unifiedMount(mounts) == "/sys/fs/cgroup/unified")
        #expect(GroupRoot.freezerMount(mounts) == "/sys/fs/cgroup/freezer")
        #expect(GroupRoot.unifiedMount("proc /proc proc rw 0 0") == nil)
    }

    @Test func place_isThatOfTheHierarchy() {
        #expect(GroupRoot.place(own, controller: nil) == "/user.slice/x.scope")
        #expect(GroupRoot.place(own, controller: "freezer") == "/jobs")
        #expect(GroupRoot.place(own, controller: "pids") == nil)
    }
}
