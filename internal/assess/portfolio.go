package assess

// Keystone is a package that many goods rest on.
type Keystone struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	Goods     []string `json:"goods"`              // ids of the goods that list it, sorted
	Direct    int      `json:"direct"`             // goods that list it as a direct dependency
	InMiddle  int      `json:"inMiddle"`           // of those goods, in the messy middle
	Findings  int      `json:"findings"`           // distinct advisories that affect a version in use
	Worst     string   `json:"worst"`              // worst severity of those, or empty
	FromGood  string   `json:"fromGood,omitempty"` // id of a good of the catalog that publishes it
}

// Upgrade is one package whose upgrade closes findings across goods.
type Upgrade struct {
	Ecosystem string   `json:"ecosystem"`
	Package   string   `json:"package"`
	FixedIn   string   `json:"fixedIn"` // lowest version that closes all that can be closed
	Findings  int      `json:"findings"`
	Goods     []string `json:"goods"`
	Worst     string   `json:"worst"`
}
