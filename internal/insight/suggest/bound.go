package suggest

import "math"

// confidence is the quantile of the normal distribution for a bound that holds nine times of ten.
const confidence = 1.2815515655446004

// atLeast is the lower bound of the Wilson score interval (E. B. Wilson, 1927), one-sided at 90 %: the
// share of which so few cases as these still speak. It is 0 for no case.
func atLeast(hits, of int) float64 {
	if of == 0 {
		return 0
	}
	const z2 = confidence * confidence
	n := float64(of)
	p := float64(hits) / n
	spread := confidence * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	return max(0, (p+z2/(2*n)-spread)/(1+z2/n))
}

// probability is the mean of the beta distribution that hits of so many cases leave behind when every
// share was as likely as any other before (Laplace's rule of succession).
func probability(hits, of int) float64 { return float64(hits+1) / float64(of+2) }

// rounded keeps three digits: more would be a pretence.
func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
