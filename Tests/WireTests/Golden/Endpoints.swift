import Wire

/// What the official endpoints take and give, by the end of their path.
enum Endpoints {
    static func request(_ path: String) -> (any Codable.Type)? {
        switch path {
        case "users/list": ListUsersRequest.self
        case "users/create", "users/update": CreateUserRequest.self
        case "users/get_user": GetUserRequest.self
        case "users/delete": DeleteUsersRequest.self
        case "projects/list": ListProjectsRequest.self
        case "projects/create": CreateProjectRequest.self
        case "projects/delete": DeleteProjectsRequest.self
        case "runs/list": ListRunsRequest.self
        case "{p}/runs/get": GetRunRequest.self
        case "{p}/runs/get_plan": GetRunPlanRequest.self
        case "{p}/runs/apply": ApplyRunPlanRequest.self
        case "{p}/runs/stop": StopRunsRequest.self
        case "{p}/runs/delete": DeleteRunsRequest.self
        case "{p}/logs/poll": PollLogsRequest.self
        case "{p}/repos/init": SaveRepoCredsRequest.self
        case "{p}/repos/get": GetRepoRequest.self
        case "{p}/repos/delete": DeleteReposRequest.self
        case "{p}/fleets/list": ListProjectFleetsRequest.self
        case "{p}/fleets/get": GetFleetRequest.self
        case "{p}/fleets/get_plan": GetFleetPlanRequest.self
        case "{p}/fleets/apply": ApplyFleetPlanRequest.self
        case "{p}/fleets/delete": DeleteFleetsRequest.self
        case "fleets/list": ListFleetsRequest.self
        case "instances/list": ListInstancesRequest.self
        case "events/list": ListEventsRequest.self
        case "files/get_archive_by_hash": GetFileArchiveByHashRequest.self
        default: nil
        }
    }

    static func response(_ path: String, _ body: JSONValue) -> (any Codable.Type)? {
        // Where the total was asked for, the list stands in a mapping.
        let isCounted = body["total_count"] != nil
        return switch path {
        case "server/get_info": ServerInfo.self
        case "users/get_my_user", "users/get_user", "users/create", "users/refresh_token": UserWithCreds.self
        case "users/list" where isCounted: UsersInfoList.self
        case "projects/list" where isCounted: ProjectsInfoList.self
        case "users/list": [User].self
        case "projects/list", "projects/list_only_no_fleets": [Project].self
        case "projects/{p}/get", "projects/create": Project.self
        case "runs/list": [Run].self
        case "{p}/runs/get", "{p}/runs/apply": Run.self
        case "{p}/runs/get_plan": RunPlan.self
        case "{p}/logs/poll": JobSubmissionLogs.self
        case "{p}/repos/list": [RepoHead].self
        case "{p}/repos/get": RepoHeadWithCreds.self
        case "{p}/fleets/list", "fleets/list": [Fleet].self
        case "{p}/fleets/get", "{p}/fleets/apply": Fleet.self
        case "{p}/fleets/get_plan": FleetPlan.self
        case "instances/list": [Instance].self
        case "events/list": [Event].self
        case "files/upload_archive": FileArchive.self
        default: nil
        }
    }

    /// The end of a path by which the tables above go: the project's name reads `{p}`.
    static func end(of path: String) -> String {
        var parts = path.split(separator: "?")[0].split(separator: "/").map(String.init)
        if parts.first == "api" { parts.removeFirst() }
        if parts.first == "project", parts.count > 2 {
            parts.removeFirst()
            parts[0] = "{p}"
        } else if parts.first == "projects", parts.count > 2 {
            parts[1] = "{p}"
        }
        return parts.joined(separator: "/")
    }
}
