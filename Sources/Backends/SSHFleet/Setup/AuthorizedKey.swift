/// The project's key in a user's `authorized_keys`: added once, marked as ours, and only that line is ever taken out.
enum AuthorizedKey {
    /// What dstack writes behind the keys that it adds.
    static let mark = "# added by dstack"

    /// The part of a line that tells one key from another.
    static func blob(_ line: String) -> String {
        let words = line.split(whereSeparator: \.isWhitespace)
        return words.first { $0.hasPrefix("AAAA") }.map(String.init) ?? String(words.last ?? "")
    }

    /// The line as it stands in the file.
    static func line(_ key: String) -> String {
        key.split(whereSeparator: \.isWhitespace).joined(separator: " ") + " " + mark
    }

    /// Lets the key in, unless it is already. As the user who logs in.
    static func addScript(_ key: String) -> String {
        """
        keys="$HOME/.ssh/authorized_keys"
        if ! grep -qF \(shellWord(blob(key))) "$keys" 2>/dev/null; then
            [ -d "$HOME/.ssh" ] || (umask 077; mkdir "$HOME/.ssh") || exit 1
            [ -e "$keys" ] || (umask 077; : >"$keys") || exit 1
            [ -z "$(tail -c 1 "$keys")" ] || echo >>"$keys"
            echo \(shellWord(line(key))) >>"$keys" || exit 1
        fi

        """
    }

    /// Takes the line out that `addScript` put in; the file goes where nothing else is in it. The other lines are never
    /// away: the new file takes the old one's place whole.
    static func removeScript(_ key: String) -> String {
        """
        keys="$HOME/.ssh/authorized_keys"
        if grep -qxF \(shellWord(line(key))) "$keys" 2>/dev/null; then
            real=$(readlink -f "$keys" 2>/dev/null) && [ -n "$real" ] && keys=$real
            new="$keys.dstack-$$"
            cp -p "$keys" "$new" || { rm -f "$new"; exit 1; }
            grep -vxF \(shellWord(line(key))) "$keys" >"$new"
            [ $? -le 1 ] || { rm -f "$new"; exit 1; }
            if [ -s "$new" ]; then mv -f "$new" "$keys" || { rm -f "$new"; exit 1; }
            else rm -f "$new" "$keys"; rmdir "$HOME/.ssh" 2>/dev/null
            fi
        fi
        exit 0

        """
    }
}
