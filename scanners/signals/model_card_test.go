package signals_test

import (
	"testing"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/signals"
)

func TestAModelCardIsReadWhereThereIsOne(t *testing.T) {
	const head = "---\nlicense: apache-2.0\nbase_model: example/base\ndatasets:\n- example/words\nmetrics:\n---\n# A model\n"
	for name, test := range map[string]struct {
		files  files
		fields any
		card   any
	}{
		"metadata of a readme":       {files{"README.md": head}, []string{"base_model", "datasets", "license"}, true},
		"a file of its own":          {files{"README.md": "# A model\n", "MODEL_CARD.md": "# Card\n\nIt was trained on words.\n"}, []string{}, true},
		"and with metadata":          {files{"docs/model-card.md": "---\r\nlicense: mit\r\n---\r\n"}, []string{"license"}, true},
		"a readme alone":             {files{"README.md": "# A model\n"}, "na", false},
		"metadata of a page":         {files{"README.md": "---\ntitle: A page\nlicense: mit\n---\n"}, "na", false},
		"a rule of dashes":           {files{"README.md": "---\nbase_model: example/base\n"}, "na", false},
		"a head that does not parse": {files{"README.md": "---\nbase_model: [\n---\n"}, "na", false},
	} {
		t.Run(name, func(t *testing.T) {
			found := scan(t, repository(t, test.files))
			expect(t, found, map[string]any{"model.card-fields": test.fields})
			definitions := signals.New().CatalogDefinitions()
			good := catalog.Good{Name: "Thing", Types: []string{"aimodel"}, Sources: []catalog.Source{{Catalog: "dpga", Entry: "thing"}}}
			fields := []observation.Measure{found["model.card-fields"]}
			expect(t, byID(t, definitions, signals.New().ScanGood(good, fields, asOf)), map[string]any{"model.card": test.card})
			good.Types = []string{"software"}
			expect(t, byID(t, definitions, signals.New().ScanGood(good, fields, asOf)), map[string]any{"model.card": "na"})
		})
	}
}

func TestAFoundationThatOwnsAGoodIsCounted(t *testing.T) {
	good := catalog.Good{Name: "Thing", Sources: []catalog.Source{{Catalog: "dpga", Entry: "thing"}}, Organizations: []catalog.Organization{
		{Name: "Well Foundation", Role: "owner"}, {Name: "Other Foundation", Role: "funder"}, {Name: "University Alliance", Role: "owner"}, {Name: "A Lab", Role: "maintainer"}}}
	definitions := signals.New().CatalogDefinitions()
	expect(t, byID(t, definitions, signals.New().ScanGood(good, nil, asOf)), map[string]any{"funding.catalog-associations": 1, "funding.catalog-institutions": 1})
	good.Organizations = nil
	expect(t, byID(t, definitions, signals.New().ScanGood(good, nil, asOf)), map[string]any{"funding.catalog-associations": "unknown"})
}

// A list that was read and holds nothing stays a list: JSON leaves nothing out.
func TestAnEmptyListIsMeasuredAsOne(t *testing.T) {
	for id, m := range scan(t, repository(t, files{"README.md": "# A thing\n", "MODEL_CARD.md": "# Card\n"})) {
		if list, ok := m.Value.([]string); ok && list == nil {
			t.Errorf("%s is a list that is not there", id)
		}
	}
}
