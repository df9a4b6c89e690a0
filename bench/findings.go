package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// finding is one advisory that affects one package of one repository.
type finding struct{ repository, ecosystem, pkg, version, advisory string }

// findings is a set.
type findings map[finding]bool

// addOSVScanner adds the output of osv-scanner; of names the repository of a file that it
// read.
func (f findings) addOSVScanner(of func(path string) string, output []byte) error {
	var result struct {
		Results []struct {
			Source   struct{ Path string }
			Packages []struct {
				Package         struct{ Name, Version, Ecosystem string }
				Vulnerabilities []struct{ ID string }
			}
		}
	}
	if len(bytes.TrimSpace(output)) == 0 {
		return nil
	}
	if err := json.Unmarshal(output, &result); err != nil {
		return fmt.Errorf("osv-scanner's answer: %w", err)
	}
	for _, source := range result.Results {
		repository := of(source.Source.Path)
		for _, p := range source.Packages {
			for _, v := range p.Vulnerabilities {
				f[finding{repository, p.Package.Ecosystem, p.Package.Name, p.Package.Version, v.ID}] = true
			}
		}
	}
	return nil
}

// readReport reads the findings of a report.json.
func readReport(path string) (findings, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var document struct {
		Goods []struct {
			Scans []struct {
				Repository struct{ URL string }
				Findings   []struct {
					Advisory string
					Package  struct{ Ecosystem, Name, Version string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	all := findings{}
	for _, good := range document.Goods {
		for _, scan := range good.Scans {
			for _, f := range scan.Findings {
				all[finding{scan.Repository.URL, f.Package.Ecosystem, f.Package.Name, f.Package.Version, f.Advisory}] = true
			}
		}
	}
	return all, nil
}

// countMissingIn counts the findings that are not in other. Those of Go's standard
// library are counted apart: they come from the "go" line of a go.mod, which osv-scanner
// read up to 2.3 and does not read since 2.5.
func (f findings) countMissingIn(other findings) (count, library int) {
	for one := range f {
		switch {
		case other[one]:
		case one.ecosystem == "Go" && one.pkg == "stdlib":
			library++
		default:
			count++
		}
	}
	return count, library
}
