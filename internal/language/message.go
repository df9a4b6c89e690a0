package language

import (
	"fmt"
	"time"
)

// Message is a sentence as data: a pattern and its arguments, which each language
// can translate.
type Message struct {
	// Pattern is the sentence in English, with the arguments in braces:
	//   {name}              an argument
	//   {n|person|people}   a number with the word for one and for more of it
	//   {n!is|are}          the word alone
	Pattern string         `json:"pattern"`
	Args    map[string]Arg `json:"args,omitempty"`
}

// Arg is an argument of a message. One of its fields is set; an empty one is an
// empty text.
type Arg struct {
	Number *float64 `json:"number,omitempty"`
	// Bound is at-least or at-most where the number is not exact.
	Bound   string   `json:"bound,omitempty"`
	Text    string   `json:"text,omitempty"` // the same in every language
	Day     string   `json:"day,omitempty"`  // 2006-01-02
	Message *Message `json:"message,omitempty"`
	List    []Arg    `json:"list,omitempty"`
	Word    string   `json:"word,omitempty"` // before the last of a list: and, or; empty for a comma
	// Lower puts the first letter into lower case: a name inside a sentence.
	Lower bool `json:"lower,omitempty"`
}

// M makes a message; its arguments are those of Language.Say.
func M(pattern string, pairs ...any) Message {
	m := Message{Pattern: pattern}
	if len(pairs) > 0 {
		m.Args = make(map[string]Arg, len(pairs)/2)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Args[fmt.Sprint(pairs[i])] = argument(pairs[i+1])
	}
	return m
}

// And and Or are lists of what Language.Say takes, with that word before the last;
// List is one with commas alone.
func And(items ...any) Arg  { return listOf("and", items) }
func Or(items ...any) Arg   { return listOf("or", items) }
func List(items ...any) Arg { return listOf("", items) }

func listOf(word string, items []any) Arg {
	list := Arg{Word: word, List: make([]Arg, len(items))}
	for i, item := range items {
		list.List[i] = argument(item)
	}
	return list
}

// Inside is a message, such as the name of a measure, inside a sentence: its first
// letter is lower case, unless an abbreviation begins it.
func Inside(m Message) Arg { return Arg{Message: &m, Lower: true} }

// Bounded is a number of which only a bound is known: at-least, at-most, or empty for
// an exact one.
func Bounded[B ~string](n float64, bound B) Arg { return Arg{Number: &n, Bound: string(bound)} }

func argument(value any) Arg {
	switch v := value.(type) {
	case Arg:
		return v
	case Message:
		return Arg{Message: &v}
	case int:
		return Bounded(float64(v), "")
	case float64:
		return Bounded(v, "")
	case string:
		return Arg{Text: v}
	case time.Time:
		return Arg{Day: v.UTC().Format(time.DateOnly)}
	}
	return Arg{Text: fmt.Sprint(value)}
}

// TranslateArg formats an argument by itself: a number, a list, a day.
func (l *Language) TranslateArg(a Arg) string {
	switch {
	case a.Number != nil:
		return l.withBound(l.Number(*a.Number), a.Bound)
	case a.Message != nil && a.Lower:
		return Lower(l.TranslateMessage(*a.Message))
	case a.Message != nil:
		return l.TranslateMessage(*a.Message)
	case a.List != nil:
		items := make([]string, len(a.List))
		for i, item := range a.List {
			items[i] = l.TranslateArg(item)
		}
		return l.joinList(items, a.Word)
	case a.Day != "":
		day, err := time.Parse(time.DateOnly, a.Day)
		if err != nil {
			return a.Day
		}
		return l.Date(day)
	}
	return a.Text
}

func (l *Language) withBound(text, bound string) string {
	switch bound {
	case "at-least":
		return l.Translate("at least {n}", "n", text)
	case "at-most":
		return l.Translate("at most {n}", "n", text)
	}
	return text
}
