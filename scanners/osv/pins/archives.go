package pins

import (
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
)

// The names of the archives of some ecosystems say what they hold, by the ecosystem's own
// rules: nothing is opened.
var (
	wheelName = lazy.Pattern(`^([\w.]+)-(\d[\w.!+]*)(?:-\d[\w.]*)?-[\w.]+-[\w.]+-[\w.]+\.whl$`)
	eggName   = lazy.Pattern(`^([\w.]+)-(\d[\w.!+]*)-py\d[\d.]*(?:-[\w.]+)?\.egg$`)
	nupkgName = lazy.Pattern(`^([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\.(\d+\.\d+(?:\.\d+){0,2}(?:-[\w.-]+)?)\.nupkg$`)
	gemName   = lazy.Pattern(`^([\w.-]*[A-Za-z_][\w.]*)-(\d[\w.]*)(?:-[\w.-]+)?\.gem$`)
)

func archivePattern(_, base string) reader {
	switch path.Ext(base) {
	case ".whl", ".egg", ".nupkg", ".gem":
		return readArchiveName
	}
	return nil
}

func readArchiveName(m Manifest, l *list) {
	base := path.Base(m.Path)
	if match := wheelName().FindStringSubmatch(base); match != nil {
		l.add(pypi, match[1], match[2], "")
	} else if match := eggName().FindStringSubmatch(base); match != nil {
		l.add(pypi, match[1], match[2], "")
	} else if match := nupkgName().FindStringSubmatch(base); match != nil {
		l.add(nuget, match[1], match[2], "")
	} else if match := gemName().FindStringSubmatch(base); match != nil && !strings.HasPrefix(base, "-") {
		l.add(rubygems, match[1], match[2], "")
	}
}
