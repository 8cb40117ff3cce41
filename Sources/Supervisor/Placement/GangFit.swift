/// Finds places for all of several jobs at once.
enum GangFit {
    /// A machine for each job so that none gives more slots than it has free; nil where there is no such way.
    ///
    /// - Parameters:
    ///   - fitting: for each job the machines that will do, in the order in which it wants them.
    ///   - free: for each machine its free slots.
    static func places(_ fitting: [[Int]], free: [Int]) -> [Int]? {
        var takers: [[Int]] = free.map { _ in [] }
        for job in fitting.indices {
            var seen = free.map { _ in false }
            guard place(job, fitting, free, &takers, &seen) else { return nil }
        }
        var places = fitting.map { _ in 0 }
        for (machine, jobs) in takers.enumerated() {
            for job in jobs { places[job] = machine }
        }
        return places
    }

    /// Gives a job a slot, moving others to other machines where that makes room.
    private static func place(
        _ job: Int, _ fitting: [[Int]], _ free: [Int], _ takers: inout [[Int]], _ seen: inout [Bool]
    ) -> Bool {
        for machine in fitting[job] where takers[machine].count < free[machine] {
            takers[machine].append(job)
            return true
        }
        for machine in fitting[job] where !seen[machine] {
            seen[machine] = true
            for (index, other) in takers[machine].enumerated() where place(other, fitting, free, &takers, &seen) {
                takers[machine][index] = job
                return true
            }
        }
        return false
    }
}
