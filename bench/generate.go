package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
)

var modifiedPattern = regexp.MustCompile(`"modified"\s*:\s*"[^"]*"`)

// generate returns the file name and the text of a generated record: the same for the
// same number. As in the real export of npm, nearly all records report malware, in one
// package and all or a few of its versions; the others are advisories with a range. No
// real package has such a name.
func generate(i int) (name, text string) {
	sum := sha256.Sum256([]byte("record " + strconv.Itoa(i)))
	digest := hex.EncodeToString(sum[:])
	pkg := fmt.Sprintf("bench-%s-%d", digest[:6+i%9], i)
	day := fmt.Sprintf("%d-%02d-%02d", 2020+i%6, 1+i%12, 1+i%28)
	if i%25 == 0 {
		id := fmt.Sprintf("GHSA-%s-%s-%s", digest[:4], digest[4:8], digest[8:12])
		return id + ".json", advisoryText(id, pkg, day, i)
	}
	id := fmt.Sprintf("MAL-%s-%d", day[:4], 100_000+i)
	return id + ".json", malwareText(id, pkg, day, digest, i)
}

func malwareText(id, pkg, day, digest string, i int) string {
	affected := `"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]`
	if i%2 == 0 {
		affected = fmt.Sprintf(`"versions":["1.%d.0","1.%d.1","9.9.%d"]`, i%40, i%40, i%10)
	}
	return fmt.Sprintf(`{"schema_version":"1.7.4","id":%[1]q,"modified":"%[3]sT09:30:00Z","published":"%[3]sT08:00:00Z",
"summary":"Generated: malicious code in %[2]s (npm)",
"details":"Generated for a benchmark, about no real package.\n\n## Source: %[4]s\nThe package %[2]s was found to hold code that runs when it is installed, reads the environment of the machine, and sends it elsewhere. A machine on which it was installed or ran must be taken as compromised: change all keys and secrets that were on it, from another machine. Removing the package may not remove all that it brought.\n",
"affected":[{"package":{"ecosystem":"npm","name":%[2]q,"purl":"pkg:npm/%[2]s"},%[5]s,
"database_specific":{"cwes":[{"cweId":"CWE-506","name":"Embedded Malicious Code","description":"Code in the product seems to be malicious."}],"source":"https://example.org/malware/npm/%[2]s/%[1]s.json"}}],
"references":[{"type":"PACKAGE","url":"https://example.org/package/%[2]s"}],
"credits":[{"name":"Generated","type":"FINDER","contact":["https://example.org"]}],
"database_specific":{"origins":[{"source":"generated","sha256":%[4]q,"import_time":"%[3]sT09:00:00Z","modified_time":"%[3]sT08:00:00Z","versions":["1.%[6]d.0"],"id":"GEN-%[6]d"}]}}
`, id, pkg, day, digest, affected, i)
}

func advisoryText(id, pkg, day string, i int) string {
	return fmt.Sprintf(`{"schema_version":"1.7.4","id":%[1]q,"modified":"%[3]sT09:30:00Z","published":"%[3]sT08:00:00Z","aliases":["CVE-%[4]d-%[5]d"],
"summary":"Generated: %[2]s takes input that it does not check",
"details":"Generated for a benchmark, about no real package.\n\n### Impact\nWho can send input to a service that uses %[2]s can make it read files outside of the folder that it serves.\n\n### Patches\nVersion %[6]d.%[7]d.0 checks its input.\n\n### Workarounds\nCheck paths before they are passed on.\n",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
"affected":[{"package":{"ecosystem":"npm","name":%[2]q,"purl":"pkg:npm/%[2]s"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"%[6]d.%[7]d.0"}]}],"database_specific":{"source":"https://example.org/advisories/%[1]s.json"}}],
"references":[{"type":"ADVISORY","url":"https://example.org/advisories/%[1]s"},{"type":"WEB","url":"https://example.org/%[2]s/commit/%[5]d"}],
"database_specific":{"cwe_ids":["CWE-22"],"severity":"HIGH","github_reviewed":true,"github_reviewed_at":"%[3]sT08:30:00Z","nvd_published_at":null}}
`, id, pkg, day, 2020+i%6, 10_000+i, 1+i%9, i%30)
}
