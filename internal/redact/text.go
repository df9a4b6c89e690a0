package redact

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/lazy"
)

var (
	// parameter begins a query, a fragment or a list of parameters with a value.
	parameter = lazy.Pattern(`[?&#;][^\s=?&#;]*=\S*|/[^\s?]*\?\S+`)
	hostBegin = lazy.Pattern(`^[\pL\pN][\pL\pN_-]*(?:\.[\pL\pN_-]+)+[:/]`)
	clock     = lazy.Pattern(`^[0-9]{1,2}:[0-9]{2}\pP*$`)
)

// quotes end an address in a text, as spaces do.
const quotes = "\"'<>|`"

func endsWord(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(quotes, r) }

// Text removes what may be secret from every address in a text. Of an address that cannot
// be separated from the words around it, such as one with a space in its password, all is cut
// up to the last "@" before the next address or the end of the line.
func Text(text string) string {
	var b strings.Builder
	for from := 0; from < len(text); {
		start, end := nextBegin(text, from)
		if start < 0 {
			break
		}
		if from = end; !isBegin(text, start, end) {
			continue
		}
		length := addressLength(text[start:], end-start)
		b.WriteString(plainWords(text[:start]))
		b.WriteString(wordMask(text[start:start+length], end-start))
		text, from = text[start+length:], 0
	}
	b.WriteString(plainWords(text))
	return b.String()
}

// nextBegin is the first place at or behind from where an address may begin: a scheme with
// its slashes, or two slashes. start is -1 where there is none.
func nextBegin(text string, from int) (start, end int) {
	for at := from; at < len(text); at = end {
		slash := strings.IndexByte(text[at:], '/')
		if slash < 0 {
			break
		}
		start = at + slash
		for end = start; end < len(text) && text[end] == '/'; end++ {
		}
		if start > from && text[start-1] == ':' {
			letter := -1
			for i := start - 2; i >= from && isScheme(text[i]); i-- {
				if isLetter(text[i]) {
					letter = i
				}
			}
			if letter >= 0 {
				return letter, end
			}
		}
		if end-start > 1 {
			return start, end
		}
	}
	return -1, -1
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isScheme(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9' || c == '+' || c == '.' || c == '-'
}

// isBegin reports whether an address begins at text[from:to]: not "C:/", and "//" only at
// the start of a word.
func isBegin(text string, from, to int) bool {
	if scheme := strings.TrimRight(text[from:to], "/"); scheme != "" {
		return len(scheme) > 2
	}
	last, _ := utf8.DecodeLastRuneInString(text[:from])
	next := text[to:]
	return (from == 0 || endsWord(last) || strings.ContainsRune("([{,=", last)) && next != "" && !endsWord(rune(next[0]))
}

// maxPassword bounds how far behind a word the end of its user and password is looked
// for, in bytes.
const maxPassword = 4096

// addressLength is how many bytes at the start of a text are one address. It is longer
// than a word where the address is not finished at the end of the word: then a password
// may hold the space.
func addressLength(text string, prefix int) int {
	word := len(text)
	if end := strings.IndexFunc(text[prefix:], endsWord); end >= 0 {
		word = prefix + end
	}
	line := min(len(text), word+maxPassword)
	if end := strings.IndexAny(text[prefix:line], "\r\n"); end >= 0 {
		line = prefix + end
	}
	if next, _ := nextBegin(text[:line], min(word, line)); next >= 0 {
		line = next
	}
	at := strings.LastIndexByte(text[:line], '@')
	if finished := strings.ContainsAny(text[prefix:word], "/?#"); at < word || finished && authorityOf(text[prefix:word]) {
		return word
	}
	if end := strings.IndexFunc(text[at:], endsWord); end >= 0 {
		return at + end
	}
	return len(text)
}

// authorityOf reports whether what stands before the path of an address names a host.
func authorityOf(rest string) bool {
	_, host, _ := cutLast(rest[:strings.IndexAny(rest, "/?#")], "@")
	return authority().MatchString(host)
}

// wordMask is URL for an address in a text, which says that something was cut.
func wordMask(address string, prefix int) string {
	if strings.ContainsFunc(address[prefix:], endsWord) {
		return address[:prefix] + cut
	}
	trimmed := strings.TrimRight(address, ".,:;!)]}")
	end := address[len(trimmed):]
	if len(trimmed) <= prefix { // a scheme that is only mentioned
		return address
	}
	shown := URL(trimmed)
	if strings.ContainsAny(trimmed, "?#") && !strings.HasSuffix(shown, cut) {
		shown += "?" + cut
	}
	return shown + end
}

// plainWords removes secrets from the words between addresses with a scheme: users and
// passwords before an "@", and parameters.
func plainWords(text string) string {
	if strings.Contains(text, "@") {
		text = cutUsers(text)
	}
	if !strings.ContainsAny(text, "=?") {
		return text
	}
	return parameter().ReplaceAllStringFunc(text, func(match string) string {
		at := strings.IndexAny(match, "?&#;")
		return match[:at] + "?" + cut
	})
}

// cutUsers cuts what stands before the "@" of a word where it looks like a user of an
// address: it holds a colon, or a host and a path follow.
func cutUsers(text string) string {
	words := splitWords(text)
	for i, word := range words {
		before, after, found := cutLast(word, "@")
		if !found || before == "" {
			continue
		}
		address := hostBegin().MatchString(after)
		if !address && !strings.Contains(before, ":") || before == "git" {
			continue
		}
		words[i] = cut + "@" + after
		if !address {
			continue
		}
		// A password with a space began some words before.
		for j := i - 2; j >= max(0, i-16); j -= 2 {
			if strings.Contains(words[j], "\n") || j+1 < i && strings.ContainsAny(words[j+1], "\r\n") {
				break
			}
			if _, rest, ok := strings.Cut(words[j], ":"); ok && rest != "" && !clock().MatchString(words[j]) {
				words[i] = after
				words = slices.Replace(words, j, i, append([]string{cut + "@"}, make([]string, i-j-1)...)...)
				break
			}
		}
	}
	return strings.Join(words, "")
}

// splitWords parts a text into words and what stands between them, in turn: words have
// even indexes.
func splitWords(text string) []string {
	var parts []string
	for text != "" {
		end := strings.IndexFunc(text, endsWord)
		if end < 0 {
			return append(parts, text)
		}
		next := strings.IndexFunc(text[end:], func(r rune) bool { return !endsWord(r) })
		if next < 0 {
			return append(parts, text[:end], text[end:])
		}
		parts = append(parts, text[:end], text[end:end+next])
		text = text[end+next:]
	}
	return parts
}
