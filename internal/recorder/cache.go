package recorder

import "container/list"

// cache has the most recently used incidents, so that an open one is not loaded for every fact.
type cache struct {
	room  int
	order *list.List // of *cached, newest first
	byID  map[string]*list.Element
}

type cached struct {
	id string
	at state
}

func newCache(room int) *cache {
	return &cache{room: room, order: list.New(), byID: map[string]*list.Element{}}
}

// get returns a copy; changes to it count only after put.
func (c *cache) get(id string) (state, bool) {
	e, ok := c.byID[id]
	if !ok {
		return state{}, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).at, true
}

func (c *cache) put(id string, at state) {
	if e, ok := c.byID[id]; ok {
		e.Value.(*cached).at = at
		c.order.MoveToFront(e)
		return
	}
	c.byID[id] = c.order.PushFront(&cached{id, at})
	if c.order.Len() > c.room {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.byID, oldest.Value.(*cached).id)
	}
}

func (c *cache) clear() {
	c.order.Init()
	clear(c.byID)
}
