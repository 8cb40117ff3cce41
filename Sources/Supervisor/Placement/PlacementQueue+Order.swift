extension PlacementQueue {
    /// The waiting requests in the order in which they are served, those of a gang together: indices of `waiting`.
    func units() -> [[Int]] {
        var units: [[Int]] = []
        var places: [Gang: Int] = [:]
        for index in waiting.indices {
            guard let gang = waiting[index].request.gang else {
                units.append([index])
                continue
            }
            if let place = places[gang] {
                units[place].append(index)
            } else {
                places[gang] = units.count
                units.append([index])
            }
        }
        return units.sorted { isBefore(waiting[$0[0]].request, waiting[$1[0]].request) }
    }

    private func isBefore(_ a: Request, _ b: Request) -> Bool {
        if a.priority != b.priority { return a.priority > b.priority }
        if a.projectID != b.projectID {
            let (turnA, turnB) = (turns[a.projectID] ?? 0, turns[b.projectID] ?? 0)
            if turnA != turnB { return turnA < turnB }
        }
        if a.submittedAt != b.submittedAt { return a.submittedAt < b.submittedAt }
        return a.jobID < b.jobID
    }
}
