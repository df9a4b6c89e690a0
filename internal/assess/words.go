package assess

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/midspan/midspan/internal/observation"
)

// slot is {value}, {threshold}, or either with words for one and for many:
// "{value|person|people}" becomes "1 person" or "3 people".
var slot = regexp.MustCompile(`\{(value|threshold)(?:\|([^|}]*)\|([^|}]*))?\}`)

// say fills the numbers into a sentence.
func say(template string, r *rule, m observation.Measure) string {
	return upper(slot.ReplaceAllStringFunc(template, func(match string) string {
		parts := slot.FindStringSubmatch(match)
		number, bound := m.Value, m.Bound
		if parts[1] == "threshold" {
			number, bound = r.threshold, observation.Exact
		}
		said := boundWords[bound] + plainly(number)
		if parts[2] == "" && parts[3] == "" {
			return said
		}
		if number == 1.0 && bound == observation.Exact {
			return said + " " + parts[2]
		}
		return said + " " + parts[3]
	}))
}

var boundWords = map[observation.Bound]string{observation.AtLeast: "at least ", observation.AtMost: "at most "}

// plainly writes a value without noise: 3, 0.42, 1,250.
func plainly(value any) string {
	v, ok := value.(float64)
	if !ok {
		return fmt.Sprint(value)
	}
	s := strconv.FormatFloat(v, 'f', 2, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	fraction = strings.TrimRight(fraction, "0")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		return sign + whole + "." + fraction
	}
	return sign + whole
}

// and joins a list: "a", "a and b", "a, b and c".
func and(list []string, word string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " " + word + " " + list[len(list)-1]
}

func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// lower makes the first letter small, but leaves an abbreviation alone.
func lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if second, _ := utf8.DecodeRuneInString(s[size:]); s == "" || unicode.IsUpper(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}
