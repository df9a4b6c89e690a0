package site

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/reporttest"
)

// TestASheetByItselfHasNoDeadLink: printed to PDF, a link beside the sheet leads nowhere.
func TestASheetByItselfHasNoDeadLink(t *testing.T) {
	doc := reporttest.OneGood(t, "clinic-ledger")
	good := doc.Goods[0]
	report.CompleteGood(&good)
	for address, want := range map[string]string{
		"":                         `How we know (evidence/clinic-ledger.html)`,
		"https://example.org/dpg/": `<a href="https://example.org/dpg/evidence/clinic-ledger.html">How we know</a>`,
	} {
		doc.SiteAddress = address
		pages, err := NewSite(doc, []*language.Language{language.English()})
		if err != nil {
			t.Fatal(err)
		}
		var sheet bytes.Buffer
		if err := pages.WriteBrief(report.Cleaned(good), func(name string, content func(io.Writer) error) error {
			if name != report.BriefPath(good.ID) {
				return nil
			}
			return content(&sheet)
		}); err != nil {
			t.Fatal(err)
		}
		_, shown, _ := strings.Cut(sheet.String(), "<main")
		shown, _, _ = strings.Cut(shown, "</main>") // what is around it is not printed
		if !strings.Contains(shown, want) {
			t.Errorf("at %q the sheet does not say %s:\n%s", address, want, shown)
		}
		for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(shown, -1) {
			if !strings.HasPrefix(link[1], "https://") && !strings.HasPrefix(link[1], "#") {
				t.Errorf("at %q the sheet links to %s", address, link[1])
			}
		}
	}
}
