package publish

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestPagesNameTheirPublicAddressOnlyWhereItIsKnown(t *testing.T) {
	doc := reporttest.EveryState()
	for name, content := range written(t, doc) {
		if strings.HasSuffix(name, ".html") && (strings.Contains(content, "og:") || strings.Contains(content, "canonical")) || strings.HasSuffix(name, ".png") {
			t.Errorf("%s is for a site whose address nobody gave", name)
		}
	}
	doc.SiteAddress = "https://goods.example/midspan/"
	files := written(t, doc)
	for name, want := range map[string][]string{
		"index.html": {`<link rel="canonical" href="https://goods.example/midspan/index.html">`},
		"goods/clinic-ledger.html": {
			`<link rel="canonical" href="https://goods.example/midspan/goods/clinic-ledger.html">`,
			`<meta property="og:image" content="https://goods.example/midspan/goods/clinic-ledger.png">`,
			`<meta property="og:image:alt" content="Load `, `<meta property="og:description"`,
		},
	} {
		for _, text := range want {
			if !strings.Contains(files[name], text) {
				t.Errorf("%s does not have %s", name, text)
			}
		}
	}
	if !strings.HasPrefix(files["goods/clinic-ledger.png"], "\x89PNG") {
		t.Error("the picture that the page names is not there")
	}
	if strings.Contains(files["report.json"], "goods.example/midspan") {
		t.Error("report.json names the address of the site")
	}
}
