package osv

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// cranMirror is a repository that holds CRAN's packages as they are, by the names that renv
// gives it.
var cranMirror = lazy.Pattern(`("Repository"\s*:\s*)"(?:RSPM|PPM|P3M)"`)

// mirrorsOfCRAN names CRAN in a renv.lock in the place of its mirrors, for which the
// extractor does not ask.
func mirrorsOfCRAN(name string, text []byte) []byte {
	if path.Base(name) != "renv.lock" {
		return text
	}
	return cranMirror().ReplaceAll(text, []byte(`${1}"CRAN"`))
}

// extractText hands an extractor a manifest's text, and says with its error what of the
// text it will not have read.
func (g panicGuard) extractText(ctx context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	var buffer bytes.Buffer
	if input.Info != nil {
		buffer.Grow(int(max(0, input.Info.Size())) + bytes.MinRead)
	}
	if _, err := buffer.ReadFrom(input.Reader); err != nil {
		return inventory.Inventory{}, fmt.Errorf("read %s: %w", input.Path, err)
	}
	known, is := underAlias(g.Extractor, input, buffer.Bytes())
	if !is {
		return inventory.Inventory{}, nil
	}
	foreign := texts.Foreign(known.Path, buffer.Bytes())
	if foreign != nil && !errors.Is(foreign, texts.ErrMerge) && !errors.Is(foreign, texts.ErrBytes) {
		return inventory.Inventory{}, foreign
	}
	if foreign == nil {
		foreign = g.hallmarks.Check(known.Path, buffer.Bytes())
	}
	copied := *known
	copied.Reader = bytes.NewReader(mirrorsOfCRAN(input.Path, oldGradleLock(input.Path, buffer.Bytes())))
	shorter, unread, err := trim(&copied)
	if err != nil {
		return inventory.Inventory{}, fmt.Errorf("read %s: %w", input.Path, err)
	}
	found, err := g.Extractor.Extract(ctx, shorter)
	underOwnName(found, known.Path, input.Path)
	return found, cmp.Or(err, foreign, unread, checkParts(known.Path, buffer.Bytes()))
}
