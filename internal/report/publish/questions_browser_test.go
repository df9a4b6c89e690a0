package publish

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/midspan/midspan/internal/report/reporttest"
)

// question is what a reader comes with. Each begins at the portfolio page. A click is the
// selector of a link or of what opens; the answer is a text that is then seen on the page.
var questions = []struct {
	reader, asks string
	clicks       []string
	answer       string
}{
	{"funder", "Where does a small grant hold up the most?", nil, `.mid .ranked li`},
	{"funder", "Who owns it, where is it used, and what would help it most?", nil, `.mid .why`},
	{"funder", "How much of what could be known is known?", nil, `.figures dd`},
	{"funder", "What do most goods rest on?", nil, `.keys li`},
	{"funder", "What changed since the last time?", nil, `#chg-h`},
	{"funder", "What can I send to my board?", []string{`nav a[href="board.html"]`}, `.sheet, main h1`},
	{"agency", "Under which licence may we use it?", []string{`.goods tbody th a`}, `.glance dd`},
	{"agency", "Which known weaknesses are open, and is there a fix?", []string{`.goods tbody th a`, `.leads a[href*="#findings"]`}, `#findings h2`},
	{"maintainer", "What would lift us to a better stage?", []string{`.goods tbody th a`}, `#help h2`},
	{"maintainer", "By which rule and which value was this said?", []string{`.goods tbody th a`, `#reasons h2 a`}, `#known li i`},
}

// No reader was asked: this counts the clicks to an answer, and that it is seen.
func TestTenQuestionsAreAnsweredWithinTwoClicks(t *testing.T) {
	ctx := browser(t)
	index := siteOf(t, reporttest.EveryState())
	for _, q := range questions {
		open(t, ctx, index)
		for _, selector := range q.clicks {
			until(t, ctx, `[...document.querySelectorAll(`+"`"+selector+"`"+`)].some(e => e.checkVisibility())`)
			do(t, ctx, chromedp.Click(selector))
		}
		if len(q.clicks) > 2 {
			t.Errorf("%s: %s takes %d clicks", q.reader, q.asks, len(q.clicks))
		}
		until(t, ctx, `[...document.querySelectorAll(`+"`"+q.answer+"`"+`)].some(e => e.checkVisibility() && e.innerText.trim())`)
		if len(q.clicks) == 0 && seen[bool](t, ctx, `[...document.querySelectorAll(`+"`"+strings.Split(q.answer, ",")[0]+"`"+`)].every(e => e.getBoundingClientRect().top > innerHeight)`) {
			t.Errorf("%s: %s is answered below the first screen", q.reader, q.asks)
		}
	}
}
