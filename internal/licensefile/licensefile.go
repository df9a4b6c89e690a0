// Package licensefile tells by their names which files hold the licence of a repository, and
// which those of others. It reads no file.
package licensefile

import (
	"path"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/licenseexpr"
)

// IsName matches LICENSE, LICENCE.md, COPYING.LESSER, LICENSE-MIT and the like, in lower case,
// and no source file, list of licences or header template.
func IsName(name string) bool {
	for _, stem := range []string{"license", "licence", "copying", "unlicense", "unlicence", "mit-license", "gpl-license"} {
		rest, ok := strings.CutPrefix(name, stem)
		if thirdParty().MatchString(rest) {
			return false
		}
		if !ok || rest != "" && !strings.ContainsRune(".-_", rune(rest[0])) || strings.Contains(rest, "header") {
			continue
		}
		return !IsCode(name)
	}
	return false
}

// IsCode matches files that a program reads, which hold no text of a licence for people.
func IsCode(name string) bool {
	switch path.Ext(name) {
	case ".js", ".mjs", ".cjs", ".ts", ".json", ".xml", ".yml", ".yaml", ".csv",
		".py", ".go", ".rb", ".php", ".java", ".cs", ".sh", ".toml", ".lock", ".png", ".svg", ".pdf", ".tmpl", ".tpl", ".ftl":
		return true
	}
	return false
}

// thirdParty are names of files with the licences of others.
var thirdParty = lazy.Pattern(`third[-_ ]?part(?:y|ies)|3rd[-_ ]?part(?:y|ies)|\bdeps?\b|dependenc|vendor|bundled|[-_.]others?\b|external`)

// IsOfOthers reports a file with the licences of others: it says so in its name
// (THIRD-PARTY-LICENSES), or lies in a folder of licences and is not named after a licence, as
// REUSE asks for (https://reuse.software/spec-3.3/).
func IsOfOthers(file string) bool {
	file = strings.ToLower(file)
	folder, name := path.Split(file)
	return thirdParty().MatchString(name) || path.Base(folder) == "licenses" && !IsInLicenses(name)
}

// IsInLicenses matches the files of a folder LICENSES that REUSE puts there: an SPDX id, or a
// reference, and perhaps an extension.
func IsInLicenses(name string) bool {
	name = strings.ToLower(name)
	if IsCode(name) {
		return false
	}
	stem := name
	switch extension := path.Ext(name); extension {
	case ".txt", ".md", ".rst", ".text":
		stem = strings.TrimSuffix(name, extension)
	}
	return strings.HasPrefix(stem, "licenseref-") || IsName(name) || licenseexpr.IsID(stem)
}

// IsOffer matches files that hold terms of another kind than the licence, by their names in
// lower case: COMMERCIAL-LICENSE.md, LICENSE-ENTERPRISE, EULA.txt.
func IsOffer(name string) bool { return offer().MatchString(name) && !IsCode(name) }

var offer = lazy.Pattern(`^(?:commercial|enterprise|proprietary|premium|pro|business|dual|subscription|paid)[-_. ]?(?:licen[cs]e|licen[cs]ing|terms|agreement)|` +
	`^licen[cs](?:e|ing)[-_. ](?:commercial|enterprise|proprietary|premium|pro|business|dual|ee|paid|subscription)(?:[-_. ]|$)|^(?:commercial|dual[-_ ]licen[cs](?:e|ing)|eula|end[-_ ]user[-_ ]licen[cs]e(?:[-_ ]agreement)?)(?:\.(?:md|txt|rst|html))?$`)
