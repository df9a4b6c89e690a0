package report

import (
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow one letter: more than any
// script needs, fewer than it takes to write over the lines around.
const maxMarks = 6

// CleanText makes a text from outside safe to show on a page or a terminal:
// line breaks and tabs become spaces; control characters, marks that change
// the direction of the text around them, and other invisible ones go; what is
// not UTF-8 becomes U+FFFD. Joiners stay: Persian, Indic scripts and emoji
// need them.
func CleanText(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case marks > maxMarks, invisible(r):
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// plain reports whether s is printable ASCII, as nearly every text is.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// invisible reports whether a rune is a control or format character that a
// reader cannot see. U+200C and U+200D join and part letters, U+FE0F asks for
// an emoji: these stay.
func invisible(r rune) bool {
	if r == '\u200c' || r == '\u200d' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r >= 0xE0000 && r <= 0xE0FFF
}

// Cut shortens s to at most max runes, the last of which is then an ellipsis.
func Cut(s string, max int) string {
	if utf8.RuneCountInString(s) <= max {
		return s
	}
	runes := []rune(s)
	return strings.TrimSpace(string(runes[:max-1])) + "…"
}

// Cleaned returns a copy of the document in which every text is clean, or the document
// itself, where all are, as in nearly every one: who changes what it holds takes cleanCopy.
// It walks the whole value, so that a field added later is not forgotten.
func Cleaned[T any](v T) T {
	if isClean(reflect.ValueOf(&v).Elem()) {
		return v
	}
	return cleanCopy(v)
}

// cleanCopy is Cleaned with lists and maps of its own.
func cleanCopy[T any](v T) T {
	in := reflect.ValueOf(&v).Elem()
	return cleanValue(in).Interface().(T)
}

// isClean reports whether every text in a value is printable ASCII. It holds nothing of it.
func isClean(in reflect.Value) bool {
	switch in.Kind() {
	case reflect.String:
		return plain(in.String())
	case reflect.Struct:
		if in.Type() == timeType {
			return true
		}
		for i := range in.NumField() {
			if field := in.Field(i); holdsText(field.Kind()) && !isClean(field) {
				return false
			}
		}
	case reflect.Slice:
		if !holdsText(in.Type().Elem().Kind()) {
			return true
		}
		for i := range in.Len() {
			if !isClean(in.Index(i)) {
				return false
			}
		}
	case reflect.Map:
		for entry := in.MapRange(); entry.Next(); {
			if !isClean(entry.Key()) || !isClean(entry.Value()) {
				return false
			}
		}
	case reflect.Pointer, reflect.Interface:
		return in.IsNil() || isClean(in.Elem())
	}
	return true
}

var timeType = reflect.TypeFor[time.Time]()

func cleanValue(in reflect.Value) reflect.Value {
	out := reflect.New(in.Type()).Elem()
	switch in.Kind() {
	case reflect.String:
		out.SetString(CleanText(in.String()))
	case reflect.Struct:
		out.Set(in)
		for i := 0; in.Type() != timeType && i < in.NumField(); i++ {
			if holdsText(in.Field(i).Kind()) {
				out.Field(i).Set(cleanValue(in.Field(i)))
			}
		}
	case reflect.Slice:
		if in.IsNil() || !holdsText(in.Type().Elem().Kind()) {
			return in
		}
		out.Set(reflect.MakeSlice(in.Type(), in.Len(), in.Len()))
		for i := range in.Len() {
			out.Index(i).Set(cleanValue(in.Index(i)))
		}
	case reflect.Map:
		if in.IsNil() {
			return in
		}
		out.Set(reflect.MakeMapWithSize(in.Type(), in.Len()))
		for entry := in.MapRange(); entry.Next(); {
			out.SetMapIndex(cleanValue(entry.Key()), cleanValue(entry.Value()))
		}
	case reflect.Pointer:
		if in.IsNil() {
			return in
		}
		out.Set(reflect.New(in.Type().Elem()))
		out.Elem().Set(cleanValue(in.Elem()))
	case reflect.Interface:
		if in.IsNil() {
			return in
		}
		out.Set(cleanValue(in.Elem()))
	default:
		return in
	}
	return out
}

// holdsText reports whether a value of the kind can hold a string.
func holdsText(kind reflect.Kind) bool {
	switch kind {
	case reflect.String, reflect.Struct, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface:
		return true
	}
	return false
}
