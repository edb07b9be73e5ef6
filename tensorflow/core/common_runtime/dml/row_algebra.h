// What nodes compute of rows, as polynomials: two graphs that compute the same
// give the same polynomial, however they are written or rewritten.
//
// Symbols stand for tensors of one of these shapes, and for sums of them:
//
//   kFull      [..., n]: the rows' elements
//   kRow       [..., 1]: a number for each row
//   kColumn    [n]: a number for each column
//   kScalar    one number
//
// A term is a number times symbols with exponents. Sums take out of themselves
// what is constant in them: the sum over a row of r * c * d * x, with r of rows
// and c of columns, is r * R(c d x), a symbol by itself.
#ifndef TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_ALGEBRA_H_
#define TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_ALGEBRA_H_

#include <map>
#include <string>

namespace tensorflow {
namespace dml {

enum class RowShape { kScalar, kRow, kColumn, kFull };

class Polynomial {
 public:
  Polynomial() = default;  // zero
  static Polynomial Number(double value);
  // A name without spaces or parentheses; of kFull, kRow or kColumn.
  static Polynomial Symbol(const std::string& name, RowShape shape);

  Polynomial operator+(const Polynomial& other) const;
  Polynomial operator-(const Polynomial& other) const;
  Polynomial operator*(const Polynomial& other) const;
  Polynomial Times(double factor) const;

  // Over each row: of kFull. False where a term is no element's, whose sum
  // depends on n.
  bool SumOfRows(Polynomial* sum) const;
  // Over all rows: of kFull.
  bool SumOfColumns(Polynomial* sum) const;

  // Up to what rounding of numbers to float32 explains.
  bool IsNear(const Polynomial& other) const;

  // The factor of the term with these symbols, or 0.
  double FactorOf(const Polynomial& term) const;
  size_t terms() const { return terms_.size(); }
  // Whether a symbol in it is of this shape.
  bool Has(RowShape shape) const;

 private:
  struct Factor {
    RowShape shape;
    int exponent;
    bool operator<(const Factor& other) const {
      return shape != other.shape ? shape < other.shape
                                  : exponent < other.exponent;
    }
  };
  using Term = std::map<std::string, Factor>;

  static std::string NameOf(const Term& term);
  void Add(const Term& term, double factor);
  bool Sum(RowShape constant, const char* name, RowShape shape,
           Polynomial* sum) const;

  std::map<Term, double> terms_;
};

}  // namespace dml
}  // namespace tensorflow

#endif  // TENSORFLOW_CORE_COMMON_RUNTIME_DML_ROW_ALGEBRA_H_
