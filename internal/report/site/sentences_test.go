package site

import (
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
)

func TestTextOfAVerdictWithoutAMessageOrATranslationStaysInEnglish(t *testing.T) {
	const few = "{value|person|people} committed, fewer than {threshold}."
	french, err := language.FromFile(language.File{Language: "fr", Messages: []language.Entry{{ID: few, Translation: "«{value|person|people}, {threshold}»"}}})
	if err != nil {
		t.Fatal(err)
	}
	reason := assess.Reason{Value: 1.0, Threshold: 3.0, Sentence: "1 person committed, fewer than 3.", Pattern: few}
	unnamed, unknown := reason, reason
	unnamed.Pattern, unknown.Pattern = "", "Nobody translated {value}."
	for name, test := range map[string]struct {
		language   *language.Language
		reason     assess.Reason
		text       string
		translated bool
	}{
		"a translation":    {french, reason, "«1 person, 3»", true},
		"English":          {language.English(), reason, reason.Sentence, false},
		"no message":       {french, unnamed, reason.Sentence, false},
		"no translation":   {french, unknown, reason.Sentence, false},
		"read from a file": {french, assess.Reason{Sentence: "It was so."}, "It was so.", false},
	} {
		if text, translated := (report.Localizer{Language: test.language}).ReasonText(test.reason); text != test.text || translated != test.translated {
			t.Errorf("%s: %q, %v; want %q, %v", name, text, translated, test.text, test.translated)
		}
	}
	old := assess.Verdict{Because: "It is so.", Lift: []string{"A change."}, Remarks: []string{"It was so."}, Borderline: &assess.Borderline{Sentence: "It would be so."}}
	s := &edition{text: pageLocalizer{report.Localizer{Language: french}}}
	for want, got := range map[string]any{"It is so.": s.because(old), "A change.": s.lift(old)[0], "It was so.": s.remarks(old)[0], "It would be so.": s.borderline(old.Borderline)} {
		if got != s.text.inEnglish(want) {
			t.Errorf("a verdict of an older program: %v, want %s marked as English", got, want)
		}
	}
}

func TestWhatToDoIsCutAtTheEndOfAClause(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "Add a file.": "Add a file", "Pin actions by hash; let a bot keep them. More.": "Pin actions by hash",
		"Set `permissions: read-all`.": "Set `permissions: read-all`", "Version 1.2 of it": "Version 1.2 of it",
	} {
		if got := report.FirstClause(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
