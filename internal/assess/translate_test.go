package assess

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
)

// everyGood assesses random goods with unknown measures, some observed long ago.
func everyGood(t *testing.T, r *Rules, check func(v Verdict)) {
	t.Helper()
	defs := definitions(r)
	rng := rand.New(rand.NewPCG(21, 22))
	for i := range 800 {
		in := random(defs, rng)
		for range rng.IntN(25) {
			in, _ = blinded(r, in, rng)
		}
		if i%5 == 0 {
			in.Repositories[0].ObservedUntil = asOf.AddDate(-2, -i%12, 0)
		}
		v, _ := r.Assess(in, defs)
		check(v)
	}
}

// reread is what a verdict is once it was stored.
func reread[T any](t *testing.T, value T) T {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var read T
	if err := json.Unmarshal(data, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func reasonsIn(v Verdict) []Reason {
	all := slices.Clone(v.Reasons)
	for _, p := range loadAndSupports(v) {
		all = append(all, p.Reasons...)
	}
	return all
}

// The messages in English are the sentences of the verdict, also after it was stored
// and read.
func TestMessagesGiveTheSentencesOfTheVerdict(t *testing.T) {
	r := loaded(t)
	english, texts := language.English(), reread(t, r.Texts())
	byID := NewTranslator(english, texts).texts
	seen := map[string]int{}
	everyGood(t, r, func(assessed Verdict) {
		v := reread(t, assessed)
		for _, both := range [][2][]language.Message{{v.BecauseMessages, assessed.BecauseMessages}, {v.LiftMessages, assessed.LiftMessages}, {v.RemarkMessages, assessed.RemarkMessages}} {
			if !reflect.DeepEqual(both[0], both[1]) {
				t.Fatalf("%+v became %+v", both[1], both[0])
			}
		}
		if got := english.Sentences(v.BecauseMessages); got != v.Because || got == "" {
			t.Errorf("says %q, and the verdict %q", got, v.Because)
		}
		for name, list := range map[string]struct {
			messages []language.Message
			english  []string
		}{"lift": {v.LiftMessages, v.Lift}, "remark": {v.RemarkMessages, v.Remarks}} {
			seen[name] += len(list.messages)
			if got := english.Sentences(list.messages); got != strings.Join(list.english, " ") || len(list.messages) != len(list.english) {
				t.Errorf("says %q, and the verdict %q", got, list.english)
			}
		}
		if b := v.Borderline; b != nil {
			seen["borderline"]++
			if got := english.Sentence(b.Message); got != b.Sentence {
				t.Errorf("says %q, and the verdict %q", got, b.Sentence)
			}
		}
		for _, reason := range reasonsIn(v) {
			seen["reason"]++
			text := byID[reason.Rule]
			if got := language.Upper(english.TranslateMessage(fillPattern(text.pattern(reason.Operator), reason.Value, reason.Bound, reason.Threshold))); got != reason.Sentence {
				t.Errorf("%s says %q, and the reason %q", reason.Rule, got, reason.Sentence)
			}
			if got := language.Upper(english.TranslateMessage(fillPattern(text.Clears, reason.Value, reason.Bound, reason.Threshold))); reason.Clears != "" && got != reason.Clears {
				t.Errorf("%s clears by %q, and the reason by %q", reason.Rule, got, reason.Clears)
			}
		}
		for _, sentence := range append(slices.Concat(v.Lift, v.Remarks), v.Because) {
			if strings.ContainsAny(sentence, "{}") {
				t.Errorf("not all was filled in: %s", sentence)
			}
		}
	})
	for _, kind := range []string{"lift", "remark", "borderline", "reason"} {
		if seen[kind] == 0 {
			t.Errorf("no random good has a %s: the test shows nothing of it", kind)
		}
	}
}

// marked is a catalog in which every pattern is its own, in guillemets.
func marked(t *testing.T, patterns map[string]bool) *language.Language {
	t.Helper()
	file := language.File{Language: "fr"}
	for pattern := range patterns {
		file.Messages = append(file.Messages, language.Entry{ID: pattern, Translation: "«" + pattern + "»"})
	}
	l, err := language.FromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// patternsIn adds the patterns of messages and of the messages inside them. It
// reports words of a sentence that are an argument of text, which no catalog could
// translate; the kinds of impossible dates are data of the scanner.
func patternsIn(t *testing.T, found map[string]bool, messages ...language.Message) {
	t.Helper()
	var walk func(a language.Arg)
	walk = func(a language.Arg) {
		if strings.Contains(a.Text, " ") {
			t.Errorf("%q can only be in English", a.Text)
		}
		if a.Message != nil {
			patternsIn(t, found, *a.Message)
		}
		for _, item := range a.List {
			walk(item)
		}
	}
	for _, m := range messages {
		found[m.Pattern] = true
		for _, a := range m.Args {
			walk(a)
		}
	}
}

// Every sentence of a verdict is translated as a whole: with a catalog of all its
// patterns nothing of it is left in English.
func TestTranslatorLeavesNothingInEnglish(t *testing.T) {
	r := loaded(t)
	patterns := map[string]bool{}
	for _, p := range r.Patterns() {
		patterns[p] = true
	}
	var verdicts []Verdict
	everyGood(t, r, func(v Verdict) {
		verdicts = append(verdicts, reread(t, v))
		patternsIn(t, patterns, slices.Concat(v.BecauseMessages, v.LiftMessages, v.RemarkMessages)...)
		if v.Borderline != nil {
			patternsIn(t, patterns, v.Borderline.Message)
		}
	})
	s := NewTranslator(marked(t, patterns), r.Texts())
	whole := func(what, sentence string) {
		if !strings.HasPrefix(sentence, "«") || !strings.HasSuffix(sentence, "»") {
			t.Errorf("%s is in English: %s", what, sentence)
		}
	}
	for _, v := range verdicts {
		for _, reason := range reasonsIn(v) {
			whole("a reason of "+reason.Rule, s.Reason(reason))
			if reason.Clears != "" {
				whole("what clears "+reason.Rule, s.Clears(reason))
			}
		}
		whole("the stage "+string(v.Stage), s.Because(v))
		for _, sentence := range slices.Concat(s.Lift(v), s.Remarks(v)) {
			whole("lift or remark", sentence)
		}
		if v.Borderline != nil {
			whole("borderline", s.Borderline(v.Borderline))
		}
	}
}

func TestSentenceWithoutAMessageStaysInEnglish(t *testing.T) {
	r := loaded(t)
	patterns := map[string]bool{}
	for _, p := range r.Patterns() {
		patterns[p] = true
	}
	s := NewTranslator(marked(t, patterns), r.Texts())
	v := assessed(t, with(with(healthy(), unfunded), map[string]any{"people.contributors-6m": 3.0}))
	few := Reason{Rule: "people.few", Operator: "<", Value: 1.0, Threshold: 3.0, Sentence: "1 person committed in the last 6 months, fewer than 3."}
	if got, want := s.Reason(few), "«1 person committed in the last 6 months, fewer than 3.»"; got != want {
		t.Errorf("says %q, want %q", got, want)
	}
	for name, change := range map[string]func(*Reason){
		"a rule of your own":    func(r *Reason) { r.Rule = "own" },
		"another operator":      func(r *Reason) { r.Operator = ">" },
		"the words of old":      func(r *Reason) { r.Sentence = "1 person works on it." },
		"other numbers in them": func(r *Reason) { r.Threshold = 4.0 },
	} {
		reason := few
		change(&reason)
		if got := s.Reason(reason); got != reason.Sentence {
			t.Errorf("%s: says %q, want %q", name, got, reason.Sentence)
		}
	}
	old := v
	old.BecauseMessages, old.RemarkMessages, old.Remarks = nil, nil, []string{"It was so."}
	old.Borderline = &Borderline{Sentence: "It would be so."}
	if s.Because(old) != v.Because || s.Remarks(old)[0] != "It was so." || s.Borderline(old.Borderline) != "It would be so." || s.Borderline(nil) != "" {
		t.Errorf("a verdict without messages says %q, %q, %q", s.Because(old), s.Remarks(old), s.Borderline(old.Borderline))
	}
}

func TestCauseOfAChangeIsTranslated(t *testing.T) {
	r := loaded(t)
	defs := definitions(r)
	then, before := r.Assess(input(r, healthy()), defs)
	now, after := r.Assess(input(r, middle()), defs)
	patterns := map[string]bool{}
	for _, p := range r.Patterns() {
		patterns[p] = true
	}
	s := NewTranslator(marked(t, patterns), r.Texts())
	change := reread(t, Compare(Assessment{then, before}, Assessment{now, after}, defs))
	gone := 0
	for _, cause := range change.Causes {
		if got := s.Cause(cause); got != "«"+cause.Reason+"»" {
			t.Errorf("says %q, want %q", got, cause.Reason)
		}
		if cause.Gone {
			gone++
		}
	}
	if gone == 0 || gone == len(change.Causes) {
		t.Errorf("%d of %d causes are gone: the test shows only one kind", gone, len(change.Causes))
	}
}

func TestEveryUnitOfTheVocabularyHasAMessage(t *testing.T) {
	r := loaded(t)
	for id, w := range r.specs {
		if w.kind != observation.KindNumber {
			continue
		}
		if got := r.english.TranslateArg(quantity(3.0, observation.AtLeast, w.unit)); got != "at least 3 "+string(w.unit) {
			t.Errorf("3 of %s are %q", id, got)
		}
	}
	if got := r.english.TranslateArg(quantity(1.0, observation.Exact, "people")); got != "1 person" {
		t.Errorf("says %q", got)
	}
}

func TestRuleTextsHoldWhatARuleJoins(t *testing.T) {
	r := loaded(t)
	texts := r.Texts()
	if len(texts) != len(r.rules) || !reflect.DeepEqual(reread(t, texts), texts) {
		t.Fatalf("%d texts of %d rules, or JSON lost something", len(texts), len(r.rules))
	}
	quiet := NewTranslator(r.english, texts).texts["momentum.quiet-but-mature"]
	if len(quiet.All) != 4 || quiet.All[0].Rule != "momentum.mature" || quiet.All[3].Not == nil || quiet.All[3].Not.Rule != "momentum.silent-half-year" {
		t.Errorf("joins %+v", quiet.All)
	}
}
