package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// Check runs one repository, a folder or an address, through the stages and returns its
// document with the gaps. It stores no run: the runs of a store are those of catalogs.
func Check(ctx context.Context, cfg config.Config, version string, now func() time.Time, progress Progress, target string,
	options ...Option) (document report.Document, gaps []Gap, err error) {
	if target, err = localPath(target); err != nil {
		return report.Document{}, nil, err
	}
	tempDir, err := os.MkdirTemp("", "midspan-check-")
	if err != nil {
		return report.Document{}, nil, err
	}
	defer os.RemoveAll(tempDir)
	// The runs of a store are those of catalogs: this one is kept nowhere.
	cfg.Cache, cfg.Store, cfg.Database, cfg.Out = cmp.Or(cfg.Cache, cfg.Store, tempDir), tempDir, "", ""
	p, err := New(ctx, cfg, version, now, progress, options...)
	if err != nil {
		return report.Document{}, nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	run, err := p.beginCheck(ctx, target)
	if err != nil {
		return report.Document{}, nil, err
	}
	if run, err = p.assessRun(ctx, run); err != nil {
		return report.Document{}, nil, err
	}
	document, err = p.Document(ctx, run)
	document.Forecasts = nil // its store is gone with it
	list := newGaps(document.Notes)
	for _, good := range document.Goods {
		list.addGood(good)
	}
	return document, list.finish(document.Summary), err
}

// beginCheck stores a run of one repository: as the catalogs describe it, where one is
// named that has an entry for it.
func (p *Pipeline) beginCheck(ctx context.Context, target string) (store.Run, error) {
	if err := p.lockStore(); err != nil {
		return store.Run{}, err
	}
	catalogs, err := p.Catalogs(ctx, []string{target})
	if err != nil {
		return store.Run{}, err
	}
	own := catalogs[len(catalogs)-1].Goods // of the address itself
	if named := catalogs[:len(catalogs)-1]; len(named) > 0 && len(own) == 1 {
		good, message := p.ownEntry(ctx, catalog.Merge(named), own[0])
		if own = []catalog.Good{good}; message != "" {
			p.say(message)
		}
		for i := range named {
			named[i].Notes = nil // they are about the entries of others
		}
	}
	return p.begin(ctx, catalogs, own)
}

// localPath turns a folder into the root of the repository that contains it.
func localPath(target string) (string, error) {
	if info, err := os.Stat(target); err != nil || !info.IsDir() {
		return target, nil
	}
	top, ok := files.Tree(target)
	if !ok {
		return "", fmt.Errorf("open %s: no git repository here or above", target)
	}
	return top, nil
}
