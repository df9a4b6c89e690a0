package drawing

import (
	"bytes"
	"image/png"
	"testing"

	"github.com/midspan/midspan/internal/report/reporttest"
)

func TestAPreviewIsAPictureOfItsSizeAndSmallForEveryGood(t *testing.T) {
	seen := map[string]bool{}
	for _, good := range reporttest.EveryState().Goods {
		picture, err := Preview(good.Verdict)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := png.Decode(bytes.NewReader(picture))
		if err != nil {
			t.Fatalf("%s: %v", good.ID, err)
		}
		if size := decoded.Bounds(); size.Dx() != PreviewWidth || size.Dy() != PreviewHeight || len(picture) > 4<<10 {
			t.Errorf("%s: %v, %d bytes", good.ID, size, len(picture))
		}
		again, err := Preview(good.Verdict)
		if err != nil || !bytes.Equal(picture, again) {
			t.Errorf("%s: the same verdict gives two pictures (%v)", good.ID, err)
		}
		seen[string(picture)] = true
	}
	if len(seen) < 2 {
		t.Error("all goods have the same picture")
	}
}
