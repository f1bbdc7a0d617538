// Package adviser follows suggestions by itself, where a policy allows it.
//
// In: the incidents that open and the suggestions for them, from [live.History], and the catalog in
// force. Out: commands on INTAKE. A command names the suggestion and its evidence, has an id derived
// from the incident, and asks for a level only if it is still needed: the rules decide, and the ledger
// replays without a history.
//
// The package decides nothing and stores nothing.
package adviser
