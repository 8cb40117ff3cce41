/// Names with their values, as a plan shows them.
enum PropertiesTable {
    static func make(_ properties: [(name: String, value: String)]) -> Table {
        var table = Table(
            columns: [.init(title: "name", style: .bold, wraps: false), .init(title: "value")], hasHeadings: false)
        for property in properties {
            table.add(StyledText(property.name), StyledText(property.value))
        }
        return table
    }
}
