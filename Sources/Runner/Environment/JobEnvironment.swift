import Wire

/// The variables of a job's process.
enum JobEnvironment {
    /// The places that variables name.
    struct Places: Equatable, Sendable {
        var repoDirectory: String
        var workingDirectory: String
        var home: String
        var hostFile: String
        /// The user's name, where the system knows it.
        var user: String?
    }

    /// What the job sees; later sources win: the runner's own environment, dstack's variables, secrets, the job's
    /// `env`, `HOME`.
    static func make(
        inherited: [String: String], _ request: RunnerSubmitRequest, _ places: Places
    ) -> [String: String] {
        var variables = inherited.filter { passes($0.key) }
        if let user = places.user {
            for name in ["USER", "LOGNAME"] where variables[name] != nil { variables[name] = user }
        }
        variables.merge(own(request, places)) { $1 }
        variables.merge(request.secrets ?? [:]) { $1 }
        variables.merge(request.jobSpec.env) { $1 }
        variables = variables.filter { !isShellFunction($0.key) }
        variables["HOME"] = places.home
        return variables
    }

    /// dstack's variables.
    private static func own(_ request: RunnerSubmitRequest, _ places: Places) -> [String: String] {
        let spec = request.jobSpec
        let cluster = request.clusterInfo
        let perNode = cluster?.gpusPerJob ?? 0
        let all = cluster?.gpusPerNode ?? []
        return [
            "DSTACK_RUN_ID": request.run.id,
            "DSTACK_RUN_NAME": request.run.runSpec.runName,
            "DSTACK_JOB_ID": request.jobSubmission.id,
            "DSTACK_REPO_ID": request.run.runSpec.repoID ?? "",
            "DSTACK_REPO_DIR": places.repoDirectory,
            "DSTACK_WORKING_DIR": places.workingDirectory,
            "DSTACK_NODES_IPS": (cluster?.jobIPs ?? []).joined(separator: "\n"),
            "DSTACK_MASTER_NODE_IP": cluster?.masterJobIP ?? "",
            "DSTACK_NODE_RANK": String(spec.jobNum),
            "DSTACK_NODES_NUM": String(spec.jobsPerReplica),
            "DSTACK_GPUS_PER_NODE": String(perNode),
            "DSTACK_GPUS_NUM": String(all.isEmpty ? spec.jobsPerReplica * perNode : all.reduce(0, +)),
            "DSTACK_MPI_HOSTFILE": places.hostFile,
        ]
    }

    /// What of the runner's own environment a job may see. A container's is the image's; a plain process's is that of
    /// whoever started the server, whose secrets may be among it: only what names places, languages, proxies and
    /// GPUs passes.
    static func inherited(_ variables: [String: String], isProcess: Bool) -> [String: String] {
        guard isProcess else { return variables }
        let names: Set = [
            "PATH", "LANG", "LANGUAGE", "TZ", "SHELL", "USER", "LOGNAME", "LD_LIBRARY_PATH", "TMPDIR", "http_proxy",
            "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
        ]
        let beginnings = ["LC_", "CUDA_", "NVIDIA_", "ROCM_", "ROCR_", "HIP_", "HSA_"]
        return variables.filter { name, _ in
            names.contains(name) || beginnings.contains { name.hasPrefix($0) }
        }
    }

    /// Settings of server and agents, tokens among them, are not the job's to see.
    private static func passes(_ name: String) -> Bool {
        let own = ["DSTACK_SERVER_", "DSTACK_SHIM_", "DSTACK_RUNNER_", "DSTACK_DOCKER_", "DSTACK_SERVICE_"]
        return !own.contains { name.hasPrefix($0) }
    }

    /// Bash hands functions to its children as variables of such names; which shell a job uses must not decide what
    /// its commands mean.
    private static func isShellFunction(_ name: String) -> Bool {
        name.hasPrefix("BASH_FUNC_") && (name.hasSuffix("%%") || name.hasSuffix("()"))
    }

    /// The lines of an MPI host file: each node's address and GPUs, none where an address is not known yet.
    static func hostFile(_ cluster: RunnerClusterInfo?) -> String {
        guard let cluster, !cluster.jobIPs.contains("") else { return "" }
        let slots = cluster.gpusPerNode
        return cluster.jobIPs.enumerated().map { index, address in
            let count = slots.indices.contains(index) ? slots[index] : cluster.gpusPerJob
            // Without slots MPI counts the node's cores.
            return count > 0 ? "\(address) slots=\(count)\n" : "\(address)\n"
        }.joined()
    }
}
