package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/gitrepo"
)

// corpus holds the repositories that are scanned.
type corpus struct {
	catalog, mirrors string // Midspan's settings
	repositories     []repository
	absent           int // repositories of the catalog without a mirror
}

type repository struct {
	url, mirror string
	commits     int
}

// prepareCorpus finds the mirrors of the catalog, or writes those of the sample.
func prepareCorpus(ctx context.Context, o options, work string) (corpus, error) {
	c := corpus{catalog: o.catalog, mirrors: o.mirrors}
	if c.catalog == "" {
		var err error
		if c, err = writeSample(ctx, work); err != nil {
			return c, fmt.Errorf("write the sample: %w", err)
		}
	}
	read, err := catalog.Load(ctx, c.catalog, nil)
	if err != nil {
		return c, err
	}
	for _, good := range catalog.Merge([]catalog.Catalog{read}) {
		for _, r := range good.Repositories {
			mirror := strings.NewReplacer("{host}", r.Host, "{owner}", r.Owner, "{name}", r.Path).Replace(c.mirrors)
			commits, err := count(ctx, mirror)
			if err != nil {
				c.absent++
				continue
			}
			c.repositories = append(c.repositories, repository{r.URL, mirror, commits})
		}
	}
	if len(c.repositories) == 0 {
		return c, fmt.Errorf("no repository of %s has a mirror at %s", c.catalog, c.mirrors)
	}
	return c, nil
}

// count returns the number of commits of a mirror.
func count(ctx context.Context, mirror string) (int, error) {
	out, err := exec.CommandContext(ctx, "git", "--git-dir="+mirror, "rev-list", "--count", "HEAD").Output()
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}

// writeSample writes the sample's repositories and a catalog that names them.
func writeSample(ctx context.Context, work string) (c corpus, err error) {
	git, err := gitrepo.New(ctx, gitrepo.Options{Offline: true})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, git.Close()) }()
	folder := filepath.Join(work, "sample")
	goods, origins, err := sample.Write(ctx, folder, time.Now().UTC().Truncate(24*time.Hour), git)
	if err != nil {
		return c, err
	}
	c = corpus{catalog: filepath.Join(work, "sample.csv"), mirrors: filepath.Join(folder, "{name}.git")}
	file, err := os.Create(c.catalog)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	table := csv.NewWriter(file)
	_ = table.Write([]string{"url"}) // Flush keeps the error
	for _, good := range goods.Goods {
		for _, r := range good.Repositories {
			from := origins.Clone[r.URL] + origins.Given[r.URL] // one of the two is set
			if err := os.Rename(from, filepath.Join(folder, r.Path+".git")); err != nil {
				return c, err
			}
			_ = table.Write([]string{r.URL})
		}
	}
	table.Flush()
	return c, table.Error()
}

// longest returns the repository with most commits.
func (c corpus) longest() repository {
	longest := c.repositories[0]
	for _, r := range c.repositories {
		if r.commits > longest.commits {
			longest = r
		}
	}
	return longest
}

func (c corpus) commits() int {
	total := 0
	for _, r := range c.repositories {
		total += r.commits
	}
	return total
}
