package osvdb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/midspan/midspan/internal/files"
)

// kevFile is the name of the catalog of known exploited vulnerabilities in a source
// folder.
const kevFile = "kev.json"

// maxKEV bounds the catalog, in bytes; CISA's is under 2 MB.
const maxKEV = 64 << 20

type kevCatalog struct {
	Released        string `json:"dateReleased"`
	Vulnerabilities []struct {
		CVE string `json:"cveID"`
	} `json:"vulnerabilities"`
}

// readKEV returns nil without an error where the folder has no catalog.
func readKEV(folder string) (*kevCatalog, error) {
	file, err := files.Open(filepath.Join(folder, kevFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxKEV))
	if err != nil {
		return nil, err
	}
	return parseKEV(data)
}

func parseKEV(data []byte) (*kevCatalog, error) {
	var catalog kevCatalog
	if err := json.Unmarshal(data, &catalog); err != nil {
		return nil, fmt.Errorf("not a KEV catalog: %w", err)
	}
	if len(catalog.Vulnerabilities) == 0 {
		return nil, errors.New("not a KEV catalog: it lists no vulnerabilities")
	}
	for i, v := range catalog.Vulnerabilities {
		if v.CVE == "" {
			return nil, fmt.Errorf("not a KEV catalog: entry %d has no cveID", i+1)
		}
	}
	if len(catalog.Released) > len("2006-01-02") {
		catalog.Released = catalog.Released[:len("2006-01-02")]
	}
	return &catalog, nil
}

// digest changes with the ids that the catalog lists. A nil catalog has a digest too.
func (c *kevCatalog) digest() string {
	sum := sha256.New()
	if c != nil && len(c.Vulnerabilities) > 0 {
		fmt.Fprintln(sum, c.Released)
		for _, v := range c.Vulnerabilities {
			fmt.Fprintln(sum, v.CVE)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}
