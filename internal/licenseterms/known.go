package licenseterms

import (
	"hash/maphash"
	"strings"
	"sync"
	"unicode"
)

// Texts are the words of licences: a piece of one that a file prints in a wording or an order
// of its own is no text beside it.
type Texts struct {
	seed     maphash.Seed
	sequence func() map[uint64]bool // runs of runLength words; most files never ask for them
}

// runLength is how many words follow each other in a piece that is compared.
const runLength = 4

// sharePrinted is the part of the runs of a sentence that must be a licence's.
const sharePrinted = 0.7

// NewTexts takes the texts of licences; marks of a pattern language in them are passed over.
func NewTexts(texts ...string) *Texts {
	t := &Texts{seed: maphash.MakeSeed()}
	t.sequence = sync.OnceValue(func() map[uint64]bool {
		runs := map[uint64]bool{}
		for _, text := range texts {
			words := wordsOf(text)
			for i := range max(0, len(words)-runLength+1) {
				runs[t.hash(words[i:i+runLength])] = true
			}
		}
		return runs
	})
	return t
}

func (t *Texts) hash(words []string) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	for _, word := range words {
		h.WriteString(word)
		h.WriteByte(' ')
	}
	return h.Sum64()
}

// hold reports whether a sentence, in lower case, is printed in the licences. Words that deny
// or ask must be, too.
func (t *Texts) hold(sentence string) bool {
	words := wordsOf(sentence)
	if t == nil || len(words) < runLength {
		return false
	}
	printed, runs := 0, len(words)-runLength+1
	for i := range runs {
		run := words[i : i+runLength]
		switch {
		case t.sequence()[t.hash(run)]:
			printed++
		case denial().MatchString(strings.Join(run, " ")):
			return false
		}
	}
	return float64(printed) >= sharePrinted*float64(runs)
}

// wordsOf are the words of a text in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
