import Yams

extension Problem {
    /// What the YAML parser says.
    init(yamlError error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let reason = [context?.text, problem].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ": ")
            self.init(
                location: YAMLDocument.Location(line: mark.line, column: mark.column),
                message: "this is not valid YAML: \(reason)")
        case YamlError.duplicatedKeysInMapping(let names, let context):
            self.init(
                location: YAMLDocument.Location(line: context.mark.line, column: context.mark.column),
                path: names.first ?? "", message: "this property is given twice")
        case YamlError.reader(let problem, let offset, _, _):
            let place = offset.map { " at byte \($0)" } ?? ""
            self.init(message: "this is not valid YAML\(place): \(problem)")
        default:
            self.init(message: "this is not valid YAML: \(error)")
        }
    }
}
