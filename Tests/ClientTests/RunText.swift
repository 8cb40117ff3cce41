/// What a server answers to `runs/get`, as small as it may be.
enum RunText {
    static let id = "11111111-1111-4111-8111-111111111111"

    /// - Parameter submissions: the submissions of the run's one job: id, status and exit status.
    static func run(_ status: String, _ submissions: [(id: String, status: String, exit: Int?)]) -> String {
        let time = "2026-11-24T21:00:00Z"
        let texts = submissions.enumerated().map { number, submission in
            """
            {"id":"\(submission.id)","submission_num":\(number),"submitted_at":"\(time)",
             "last_processed_at":"\(time)","status":"\(submission.status)",
             "exit_status":\(submission.exit.map(String.init) ?? "null")}
            """
        }
        return """
            {"id":"\(id)","project_name":"main","user":"admin","submitted_at":"\(time)","last_processed_at":"\(time)",
             "status":"\(status)","cost":0,
             "run_spec":{"run_name":"hello","configuration":{"type":"task","commands":["true"]}},
             "jobs":[{"job_spec":{"job_num":0,"job_name":"hello-0-0","commands":["true"],"env":{},"image_name":"",
                      "requirements":{"resources":{}}},
                      "job_submissions":[\(texts.joined(separator: ","))]}]}
            """
    }

    static func run(_ status: String, job: String, exit: Int? = nil) -> String {
        run(status, [("s", job, exit)])
    }
}
