package site

import (
	"testing"

	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestLabelsOfTheMapCoverNeitherMarksNorOneAnother(t *testing.T) {
	marks, _ := placeMarks(reporttest.ManyGoods(250).Goods)
	labels := englishPages.placeLabels(marks)
	if len(labels) < 3 {
		t.Fatalf("only %d names are on the map", len(labels))
	}
	for i, l := range labels {
		for _, other := range labels[:i] {
			if l.overlaps(other) {
				t.Errorf("%q lies on %q", l.text, other.text)
			}
		}
		for _, m := range marks {
			if l.overlaps(label{left: m.x - 5, right: m.x + 5, top: m.y - 5, bottom: m.y + 5}) {
				t.Errorf("%q lies on the mark of %s", l.text, m.good.ID)
			}
		}
	}
}
