// examples/iter/own_type.cpp - a type of your own as the source of chains.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include <cstdio>
#include <span>
#include <vector>

namespace shop {

/// Prices and amounts, each in a vector of its own: not a range, but par_iter takes it.
class orders {
public:
    void add(double price, int amount)
    {
        prices_.push_back(price);
        amounts_.push_back(amount);
    }

    /// The one function that weft looks for: it returns a range or a chain.
    friend auto weft_par_iter(const orders& o) { return weft::par_iter(o.prices_).zip(o.amounts_); }

private:
    std::vector<double> prices_;
    std::vector<int> amounts_;
};

}  // namespace shop

int main()
{
    shop::orders orders;
    for (int i = 0; i < 100000; ++i) orders.add(0.5, i % 4);

    const double total = weft::par_iter(orders).map([](double price, int amount) { return price * amount; }).sum();
    std::printf("total: %.2f\n", total);
    return total == 75000 ? 0 : 1;
}
