package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/publish"
	"github.com/midspan/midspan/internal/store"
)

// resolveFolders resolves the folders that the user named, once: what is in them is not
// reached through a link.
func resolveFolders(cfg *config.Config) error {
	var err error
	if cfg.Store, err = files.Resolve(cfg.Store); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if cfg.Cache, err = files.Resolve(cmp.Or(cfg.Cache, cfg.Store)); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	for _, folder := range []string{cfg.Store, cfg.Cache} {
		for _, name := range []string{"mirrors", "osv", "sample"} {
			if err := files.RefuseLink(filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	if info, err := os.Lstat(cfg.Out); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		cfg.Out, err = files.Resolve(cfg.Out)
		return err
	}
	return nil
}

// placeReport gives the report of one good, or of the few that --only chooses, a folder
// of its own, so that a report of the whole portfolio stays. catalogID names the catalogs
// with the choice of goods: what they wrote once, they may write again.
func (p *Pipeline) placeReport(urls []string, goods []catalog.Good, catalogID string) error {
	part := p.cfg.Only != "" || len(p.cfg.Catalog) == 0 && len(urls) == 1
	if len(goods) == 0 || !part && p.mayWrite(catalogID, len(goods)) == nil {
		return nil
	}
	name := report.SlugOf(strings.ToLower(p.cfg.Only))
	if len(goods) == 1 {
		name = report.SlugOf(goods[0].ID)
	}
	moved, err := p.cfg.OwnOut(name)
	if err != nil {
		return err
	}
	if moved {
		p.say(fmt.Sprintf("the report of this part of the catalog stands by itself in %s", p.cfg.Out))
	}
	return p.mayWrite(catalogID, len(goods))
}

// checkReport returns an error where the report of a run would take the place of one that
// it may not.
func (p *Pipeline) checkReport(ctx context.Context, run store.Run) error {
	goods, err := p.namesOf(ctx, run)
	if err != nil {
		return err
	}
	return p.mayWrite(run.CatalogID, len(goods))
}

// mayWrite returns an error where the folder of the report holds that of more goods, and
// this one is a part or one good alone. The same catalogs may always write it again, also
// where they have fewer goods by now.
func (p *Pipeline) mayWrite(catalogID string, goods int) error {
	n, of := publish.Holds(p.cfg.Out)
	if n <= goods || of == catalogID || p.cfg.Part() == "" && (goods > 1 || of == "") {
		return nil
	}
	return fmt.Errorf("out: %s holds the report of %d goods, and this run has %d: name another folder with --out", p.cfg.Out, n, goods)
}

// checkOutside returns an error where a setting names something in a repository that is
// read where it stands, because what is read would steer its own check, or where the
// report would be written around one.
func (p *Pipeline) checkOutside(repositories []catalog.Repository) error {
	for _, repository := range repositories {
		mirror, _ := p.givenMirror(repository)
		given := mirror.dir
		if given == "" {
			continue
		}
		trees := []string{given}
		if repository.Host == "" { // a path of the command line
			trees = append(trees, files.Trees(given)...)
		}
		if err := errors.Join(p.cfg.CheckOutside(trees), CheckPolicies(p.cfg.Policies, trees)); err != nil {
			return err
		}
		if p.cfg.Out == "" {
			continue
		}
		if inside, err := files.Inside(given, p.cfg.Out); err != nil || inside {
			return errors.Join(err, fmt.Errorf("out: %s holds the repository %s, which is read: name another folder for the report", p.cfg.Out, given))
		}
	}
	return nil
}
