package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/store"
)

// endsPath is the path of the imported data of ends of support.
func endsPath(cfg config.Config) string { return filepath.Join(cfg.Cache, endoflife.FileName) }

// readEnds reads the data of ends of support: those of the advisory folder in force, or
// the imported ones. Without any, the ends are unknown. The sample has none.
func readEnds(cfg config.Config, run store.Run) endoflife.Source {
	path := ""
	switch folder := cfg.Advisories; {
	case folder == "" && readsSampleAlone(run):
		return endoflife.Source{}
	case folder != "" && folder != advisory.ServiceName:
		path = endoflife.Find(advisoryFolder(cfg))
	}
	if path == "" {
		path = endsPath(cfg)
	}
	data, err := endoflife.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return endoflife.Source{}
	case err != nil:
		return endoflife.Source{Problem: fmt.Sprintf("the data of ends of support could not be read: %v", redact.Error(err))}
	}
	return endoflife.Source{Data: data}
}

// importEnds reads data of ends of support and keeps them in the cache.
func importEnds(cfg config.Config, path string) error {
	data, err := endoflife.Read(path)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.Cache, 0o755); err != nil {
		return err
	}
	if err := files.RefuseSpecial(endsPath(cfg)); err != nil {
		return err
	}
	return data.Write(endsPath(cfg))
}

// showEnds describes the imported data; nil where there are none.
func showEnds(cfg config.Config) (*endoflife.Info, error) {
	data, err := endoflife.Read(endsPath(cfg))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info := data.Info()
	return &info, nil
}
