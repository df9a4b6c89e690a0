package publish

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/chromedp/chromedp"
)

// prose gives the sentences of a page that a reader sees before anything is opened: of
// paragraphs, lists and captions. Names and texts from outside, which nobody here wrote,
// count as one short word; what has fewer than four words is a label.
const prose = `(() => {
	const blocks = [...document.querySelectorAll("main :is(p, li, figcaption, dd, caption, summary)")].filter(e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
		&& !e.closest(".hide, .signs, [aria-hidden=true], nav") && !e.querySelector("p, li, dl, ul, table"));
	return blocks.flatMap(e => {
		const copy = e.cloneNode(true);
		for (const child of copy.querySelectorAll("[role=tooltip], svg, script, small small")) child.remove();
		for (const child of copy.querySelectorAll("small, br")) child.before(". ");
		for (const child of copy.querySelectorAll("bdi, code, .url, time, [lang]")) child.replaceWith("it");
		const text = copy.textContent.replace(/\s+/g, " ").replace(/(\d)[.,](\d)/g, "$1$2");
		return text.split(/(?<=[.!?:;])\s+/).map(s => s.trim()).filter(s => (s.match(/[A-Za-z]{2,}/g) || []).length >= 4);
	});
})()`

var (
	vowels  = regexp.MustCompile(`[aeiouy]+`)
	silentE = regexp.MustCompile(`([^l]e|[^td]ed|[^sxzcg]es)$`)
	wordsOf = regexp.MustCompile(`[A-Za-z0-9'’-]+`)
)

// syllables counts the groups of vowels of an English word, without a silent e at its end.
func syllables(word string) int {
	word = strings.ToLower(word)
	if !strings.ContainsFunc(word, unicode.IsLetter) {
		return 1 // a number is one short word
	}
	return max(1, len(vowels.FindAllString(silentE.ReplaceAllString(word, ""), -1)))
}

// flesch is the reading ease of sentences: 206.835 − 1.015 words a sentence − 84.6
// syllables a word (R. Flesch, "A new readability yardstick", Journal of Applied
// Psychology 32, 1948). longest is the one with most words.
func flesch(sentences []string) (ease float64, longest string, most int) {
	words, count := 0, 0
	for _, s := range sentences {
		of := wordsOf.FindAllString(s, -1)
		if words += len(of); len(of) > most {
			longest, most = s, len(of)
		}
		for _, word := range of {
			count += syllables(word)
		}
	}
	if words == 0 {
		return 100, "", 0
	}
	return 206.835 - 1.015*float64(words)/float64(len(sentences)) - 84.6*float64(count)/float64(words), longest, most
}

func TestTheReadingEaseOfKnownSentences(t *testing.T) {
	easy, _, _ := flesch([]string{"The cat sat on the mat."})
	hard, longest, n := flesch([]string{"Institutional sustainability considerations necessitate organizational accountability.", "It is so."})
	if easy < 110 || hard > 0 || n != 6 || !strings.HasPrefix(longest, "Institutional") {
		t.Errorf("easy %.0f, hard %.0f, longest %d words: %q", easy, hard, n, longest)
	}
}

// leastEase and mostWords are what a page for readers who have English as a second
// language is held to.
const (
	leastEase = 60
	mostWords = 25
)

func TestPagesReadEasily(t *testing.T) {
	ctx := browser(t)
	for _, kind := range []string{"index.html", "goods/*.html", "briefs/*.html"} {
		var eases []float64
		longest, most, over := "", 0, 0
		if _, err := os.Stat(os.Getenv("MIDSPAN_TEST_REPORT") + "/briefs"); err != nil && os.Getenv("MIDSPAN_TEST_REPORT") != "" && kind == "briefs/*.html" {
			continue // a report of an older program
		}
		for _, p := range measuredPages(t, kind) {
			if p.report == "fixture" {
				continue // its sentences are invented
			}
			do(t, ctx, chromedp.Navigate(p.address))
			ease, longestHere, n := flesch(seen[[]string](t, ctx, prose))
			eases = append(eases, ease)
			if n > mostWords {
				over++
			}
			if n > most {
				longest, most = longestHere, n
			}
		}
		slices.Sort(eases)
		median := eases[len(eases)/2]
		t.Logf("READABILITY %s: %d pages, Flesch reading ease %.1f in the median (%.1f to %.1f), longest sentence %d words, %d pages with one over %d: %q",
			kind, len(eases), median, eases[0], eases[len(eases)-1], most, over, mostWords, longest)
		if median < leastEase || most > mostWords {
			t.Errorf("%s: reading ease %.1f in the median, longest sentence %d words", kind, median, most)
		}
	}
}
