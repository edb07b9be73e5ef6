#include "tensorflow/core/common_runtime/dml/row_algebra.h"

#include <algorithm>
#include <cmath>

namespace tensorflow {
namespace dml {

Polynomial Polynomial::Number(double value) {
  Polynomial made;
  made.Add(Term(), value);
  return made;
}

Polynomial Polynomial::Symbol(const std::string& name, RowShape shape) {
  Polynomial made;
  made.Add({{name, {shape, 1}}}, 1);
  return made;
}

void Polynomial::Add(const Term& term, double factor) {
  double& sum = terms_[term];
  sum += factor;
  if (sum == 0) terms_.erase(term);
}

Polynomial Polynomial::operator+(const Polynomial& other) const {
  Polynomial sum = *this;
  for (const auto& term : other.terms_) sum.Add(term.first, term.second);
  return sum;
}

Polynomial Polynomial::operator-(const Polynomial& other) const {
  return *this + other.Times(-1);
}

Polynomial Polynomial::Times(double factor) const {
  return *this * Number(factor);
}

Polynomial Polynomial::operator*(const Polynomial& other) const {
  Polynomial product;
  for (const auto& a : terms_) {
    for (const auto& b : other.terms_) {
      Term term = a.first;
      for (const auto& factor : b.first) {
        auto& mine = term.emplace(factor.first, Factor{factor.second.shape, 0})
                         .first->second;
        mine.exponent += factor.second.exponent;
        if (mine.exponent == 0) term.erase(factor.first);
      }
      product.Add(term, a.second * b.second);
    }
  }
  return product;
}

std::string Polynomial::NameOf(const Term& term) {
  std::string name;
  for (const auto& factor : term) {
    for (int i = 0; i < factor.second.exponent; ++i) name += " " + factor.first;
  }
  return name;
}

bool Polynomial::Sum(RowShape constant, const char* name, RowShape shape,
                     Polynomial* sum) const {
  Polynomial made;
  for (const auto& term : terms_) {
    Term outside, inside;
    for (const auto& factor : term.first) {
      (factor.second.shape == constant ? outside : inside).insert(factor);
    }
    if (inside.empty()) return false;
    const std::string inner = name + ("(" + NameOf(inside) + " )");
    outside.insert({inner, {shape, 1}});
    made.Add(outside, term.second);
  }
  *sum = made;
  return true;
}

bool Polynomial::SumOfRows(Polynomial* sum) const {
  return Sum(RowShape::kRow, "R", RowShape::kRow, sum);
}

bool Polynomial::SumOfColumns(Polynomial* sum) const {
  return Sum(RowShape::kColumn, "C", RowShape::kColumn, sum);
}

bool Polynomial::IsNear(const Polynomial& other) const {
  constexpr double kRounding = 1e-5;
  return terms_.size() == other.terms_.size() &&
         std::equal(terms_.begin(), terms_.end(), other.terms_.begin(),
                    [](const std::pair<const Term, double>& a,
                       const std::pair<const Term, double>& b) {
                      return !(a.first < b.first) && !(b.first < a.first) &&
                             std::fabs(a.second - b.second) <=
                                 kRounding * std::fabs(a.second);
                    });
}

bool Polynomial::Has(RowShape shape) const {
  for (const auto& term : terms_) {
    for (const auto& factor : term.first) {
      if (factor.second.shape == shape) return true;
    }
  }
  return false;
}

double Polynomial::FactorOf(const Polynomial& term) const {
  if (term.terms_.size() != 1) return 0;
  const auto found = terms_.find(term.terms_.begin()->first);
  return found == terms_.end() ? 0
                               : found->second / term.terms_.begin()->second;
}

}  // namespace dml
}  // namespace tensorflow
