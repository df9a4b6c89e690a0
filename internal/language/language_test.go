package language

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func find(t testing.TB, tag string) *Language {
	t.Helper()
	l, err := Find(tag)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// with adds translations, for tests of what no catalog holds.
func with(t *testing.T, tag string, texts map[string]string) *Language {
	t.Helper()
	l := find(t, tag)
	for pattern, text := range texts {
		if err := l.addPattern(pattern, text); err != nil {
			t.Fatal(err)
		}
		l.texts[pattern] = text
	}
	return l
}

func TestEnglishFillsItsOwnPatterns(t *testing.T) {
	l := English()
	for want, m := range map[string]Message{
		"It is deployed in 1 country.":               M("It is deployed in {value|country|countries}.", "value", 1),
		"It is deployed in 1,250 countries.":         M("It is deployed in {value|country|countries}.", "value", 1250.0),
		"It is deployed in at least 3 countries.":    M("It is deployed in {value|country|countries}.", "value", Bounded(3, "at-least")),
		"0.42 times, 100 %, $5 and %d":               M("{n} times, 100 %, $5 and {what}", "n", 0.42, "what", "%d"),
		"its people, upkeep and funding are weak":    M("its {list} {n!is|are} weak", "list", And("people", "upkeep", "funding"), "n", 3),
		"since 2 Nov 2026":                           M("since {day}", "day", time.Date(2026, 11, 2, 23, 0, 0, 0, time.UTC)),
		"${word0} {n} is shown as it was given":      M("{text} is shown as it was given", "text", "${word0} {n}"),
		"an argument that is not given is empty: ()": M("an argument that is not given is empty: ({gone})"),
		"−3":                               M("{n}", "n", -3),
		"sustained or in the messy middle": M("{list}", "list", Or("sustained", M("in the messy middle"))),
	} {
		if got := l.TranslateMessage(m); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestASentenceBeginsWithALargeLetterAndANameInsideItWithASmallOne(t *testing.T) {
	l := English()
	for want, m := range map[string]Message{
		"At least 2 goats bleat": M("{n|goat|goats} bleat", "n", Bounded(2, "at-least")),
		"goat.bleat is a name":   M("{name} is a name", "name", "goat.bleat"),
		"Goats":                  M("goats"),
		"It reads open findings": M("It reads {what}", "what", Inside(M("Open findings"))),
		"It reads CI checks":     M("It reads {what}", "what", Inside(M("CI checks"))),
	} {
		if got := l.Sentence(m); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWordsFollowTheNumberAsTheLanguageDoes(t *testing.T) {
	const pattern = "{n|release|releases} of {name}"
	ar := with(t, "ar", map[string]string{pattern: "{name}: {n|zero:z|one:o|two:t|few:f|many:m|other:x}"})
	fr := with(t, "fr", map[string]string{pattern: "{n|version|versions} de {name}"})
	ru := with(t, "ru", map[string]string{pattern: "{n|one:выпуск|few:выпуска|many:выпусков|other:выпуска} {name}"})
	zh := with(t, "zh", map[string]string{pattern: "{name}的{n|other:个版本}"})
	for _, c := range []struct {
		l    *Language
		n    float64
		want string
	}{
		{fr, 0, "0 version de x"}, {fr, 1, "1 version de x"}, {fr, 2, "2 versions de x"}, {fr, 1.5, "1,5 version de x"},
		{ru, 1, "1 выпуск x"}, {ru, 3, "3 выпуска x"}, {ru, 11, "11 выпусков x"}, {zh, 5, "x的5 个版本"},
	} {
		if got := c.l.Translate(pattern, "n", c.n, "name", "x"); got != c.want {
			t.Errorf("%s of %v: %q, want %q", c.l.Tag(), c.n, got, c.want)
		}
	}
	seen := map[string]bool{}
	for _, n := range []int{0, 1, 2, 3, 11, 100} {
		text := ar.Translate(pattern, "n", n, "name", "x")
		seen[text[len(text)-1:]] = true
	}
	if len(seen) != 6 {
		t.Errorf("Arabic has six forms, %v were used", seen)
	}
}

func TestWhatIsNotTranslatedIsEnglish(t *testing.T) {
	if got := find(t, "ar").Translate("{n|goat|goats} nobody translated", "n", 2); got != "2 goats nobody translated" {
		t.Errorf("got %q", got)
	}
}

func TestATranslationWithAnUnknownArgumentIsAnError(t *testing.T) {
	l := find(t, "es")
	for text, pattern := range map[string]string{
		"{people}": "{n} people", "{n|a|b|c}": "{n|a|b}", "{n|most:a|other:b}": "{n|a|b}",
	} {
		if err := l.addPattern(pattern, text); err == nil {
			t.Errorf("%q was taken for %q", text, pattern)
		}
	}
}

func TestACatalogThatIsNotEmbeddedMakesALanguage(t *testing.T) {
	file := File{Language: "fr", Messages: []Entry{{ID: "{n|goat|goats}", Translation: "{n|chèvre|chèvres}"}, {ID: "a herd", Translation: "un troupeau", Fuzzy: true}}}
	l, err := FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Translate("{n|goat|goats}", "n", 0) + ", " + l.Translate("a herd"); got != "0 chèvre, a herd" {
		t.Errorf("got %q", got)
	}
	file.Messages[0].Translation = "{goats}"
	if _, err := FromFile(file); err == nil {
		t.Error("a broken translation was taken")
	}
	if _, err := FromFile(File{Language: "en"}); err == nil {
		t.Error("English was translated")
	}
}

func TestPatternsThatCannotBeFilledAreNamed(t *testing.T) {
	for pattern, sound := range map[string]bool{
		"{n|goat|goats} of {name}": true, "{n!is|are}": true, "no argument": true, "{ }": true,
		"{m} goats": false, "{n|a|b|c}": false, "{n|most:a|other:b}": false,
	} {
		if err := find(t, "fr").Check(pattern, "n", "name"); (err == nil) != sound {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// Every text of every language, with numbers of every form of a word.
func TestTextsAreJoinedAsTheLibraryFillsThem(t *testing.T) {
	patterns := slices.Sorted(maps.Keys(find(t, "fr").texts))
	for _, tag := range Tags() {
		l, joined, filled := find(t, tag), 0, 0
		for _, pattern := range patterns {
			text := l.Pattern(pattern)
			if l.fallback != nil && !l.Has(pattern) || !strings.Contains(text, "{") {
				continue
			}
			filled++
			f := l.fillerOf(pattern, text)
			for _, n := range []float64{0, 1, 2, 3, 5, 7, 11, 12, 21, 22, 25, 100, 101, 103, 111, 1000, 999_999, 1_000_000, -1, 0.5, 1.5, math.NaN()} {
				args, texts := make([]Arg, len(f.order)), make([]string, len(f.order))
				for i := range f.order {
					args[i] = Bounded(n+float64(i), "at-least")
					if n == 7 {
						args[i] = Arg{Text: "${word0} %d {n}"}
					}
					texts[i] = l.TranslateArg(args[i])
				}
				got, ok := l.join(f, args, texts)
				if want := l.fillByCatalog(pattern, f, args, texts); ok && got != want {
					t.Fatalf("%s of %v: %q, want %q", tag, n, got, want)
				}
				if ok {
					joined++
				}
			}
		}
		if joined < 12*filled { // more than half of the 22 numbers
			t.Errorf("%s: only %d texts of %d patterns with arguments were joined", tag, joined, filled)
		}
	}
}

func TestMessagesSurviveJSON(t *testing.T) {
	m := M("{a} {b} {c} {d} {e}", "a", Bounded(2, "at-least"), "b", "text", "c", And("x", M("y {n}", "n", 3)), "d", time.Unix(0, 0), "e", M("in the messy middle"))
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var read Message
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	if got, want := English().TranslateMessage(read), "at least 2 text x and y 3 1 Jan 1970 in the messy middle"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestALanguageIsSafeForConcurrentUse(t *testing.T) {
	l := English()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for n := range 200 {
				l.Translate("{n|goat|goats} of {m|herd|herds}", "n", n, "m", n/2)
			}
		})
	}
	wait.Wait()
}

func TestEveryOfferedLanguageIsFoundAndReadable(t *testing.T) {
	for _, tag := range Tags() {
		if l := find(t, tag); l.Tag() != tag || l.Name() == "" {
			t.Errorf("%s calls itself %s, %q", tag, l.Tag(), l.Name())
		}
	}
	if _, err := Find("tlh"); err == nil {
		t.Error("a language that is not offered was found")
	}
}

// A sentence of a reason, as a report has some thousands of them.
func BenchmarkSay(b *testing.B) {
	l := English()
	for b.Loop() {
		l.Translate("It is deployed in {value|country|countries}, fewer than {threshold}.", "value", 2, "threshold", 10)
	}
}
