//! Numbers that may be percentages. Models `apimachinery/pkg/util/intstr`.

use super::Value;

/// A number, or so many percent of `total`. Models `GetScaledValueFromIntOrPercent`; what is neither counts as 0.
pub fn scaled(value: &Value, total: i64, round_up: bool) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent: i64 = value.str().trim_end_matches('%').parse().unwrap_or(0);
    let product = percent.saturating_mul(total);
    if round_up { product.saturating_add(99).div_euclid(100) } else { product.div_euclid(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_and_never_overflow() {
        for (value, up, down) in [(Value::from(3), 3, 3), ("25%".into(), 2, 1), ("0%".into(), 0, 0), ("x".into(), 0, 0)]
        {
            assert_eq!((scaled(&value, 5, true), scaled(&value, 5, false)), (up, down), "{value}");
        }
        assert_eq!(scaled(&"9223372036854775807%".into(), 5, true), i64::MAX / 100);
    }
}
