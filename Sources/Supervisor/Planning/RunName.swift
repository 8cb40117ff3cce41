import Wire

/// Names that the server gives runs, and checks.
public enum RunName {
    static func check(_ name: String) throws(PlanningError) {
        guard ResourceName.isValid(name) else {
            throw PlanningError("Resource name should match regex '^[a-z][a-z0-9-]{1,40}$'")
        }
    }

    /// An adjective and an animal, for a run without a name. A number follows: see `numbered`.
    public static func random(using generator: inout some RandomNumberGenerator) -> String {
        let adjective = adjectives[Int.random(in: adjectives.indices, using: &generator)]
        let animal = animals[Int.random(in: animals.indices, using: &generator)]
        return "\(adjective)-\(animal)"
    }

    /// `base-N` with the smallest N from 1 on that is not taken.
    public static func numbered(_ base: String, taken: Set<String>) -> String {
        var number = 1
        while taken.contains("\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }

    static let adjectives = [
        "able", "amber", "ample", "apt", "avid", "azure", "bold", "brisk", "bronze", "civil", "clear", "coral",
        "cosmic", "cosy", "crimson", "crisp", "daring", "deft", "eager", "early", "easy", "even", "exact", "fair",
        "famous", "fine", "firm", "fond", "frank", "free", "glad", "golden", "grand", "hardy", "hazel", "humble",
        "ideal", "indigo", "ivory", "jade", "jovial", "keen", "lively", "loyal", "lucid", "lunar", "merry",
        "mild", "misty", "noble", "olive", "opal", "patient", "plain", "plucky", "prime", "proper", "pure",
        "rapid", "ready", "regal", "ripe", "robust", "rosy", "royal", "ruby", "rustic", "sandy", "scarlet",
        "silver", "sleek", "snug", "solar", "solid", "spry", "stable", "steady", "still", "stout", "sunny",
        "supple", "sure", "tidal", "topaz", "trim", "true", "upbeat", "urban", "valid", "vast", "velvet", "violet",
        "vital", "vivid", "whole", "willing", "windy", "zesty",
    ]

    static let animals = [
        "adder", "alpaca", "antelope", "bee", "beetle", "bison", "boar", "bongo", "buffalo", "bunting", "camel",
        "caribou", "cicada", "civet", "condor", "coot", "cormorant", "cricket", "crow", "curlew", "dormouse",
        "dove", "egret", "eider", "ermine", "ferret", "finch", "flamingo", "gannet", "gazelle", "gibbon",
        "giraffe", "grebe", "grouse", "gull", "hare", "hawk", "heron", "hoopoe", "ibex", "ibis", "iguana",
        "jackal", "jackdaw", "jay", "kestrel", "kite", "kiwi", "koala", "lapwing", "lark", "lemur", "leopard",
        "linnet", "lynx", "macaw", "magpie", "mallard", "marmot", "marten", "martin", "merlin", "mink",
        "moorhen", "narwhal", "nuthatch", "okapi", "oriole", "osprey", "oryx", "pelican", "petrel", "pipit",
        "plover", "puffin", "quokka", "raven", "redstart", "reindeer", "roe", "rook", "sable", "salmon", "seal",
        "shrike", "siskin", "skylark", "sparrow", "starling", "stoat", "stork", "swallow", "tapir", "teal",
        "tern", "thrush", "toucan", "trout", "vole", "wagtail", "weasel", "whale", "wren", "zebu",
    ]
}
