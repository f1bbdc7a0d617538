package suggest

import "math"

// confidence is the quantile of the normal distribution for a bound that holds nine times of ten.
const confidence = 1.2815515655446004

// atLeast is the lower bound of the Wilson score interval (E. B. Wilson, 1927), one-sided at 90 %: the
// share that so few cases still support. It is 0 for no case.
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

// probability is Laplace's rule of succession: the mean of the posterior with a uniform prior.
func probability(hits, of int) float64 { return float64(hits+1) / float64(of+2) }

// rounded keeps three digits.
func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }
