//! Which thing of the picture an arrow key leads to.

use super::stage::Rect;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}

/// The nearest of `places` in a direction from `from`; one straight ahead is nearer than one to the side.
pub fn nearest(places: &[Rect], from: usize, direction: Direction) -> Option<usize> {
    let center = |r: &Rect| (r.x + r.w / 2.0, r.y + r.h / 2.0);
    let (x, y) = center(places.get(from)?);
    let mut best: Option<(f64, usize)> = None;
    for (i, place) in places.iter().enumerate() {
        let (dx, dy) = (center(place).0 - x, center(place).1 - y);
        let (ahead, aside) = match direction {
            Direction::Left => (-dx, dy),
            Direction::Right => (dx, dy),
            Direction::Up => (-dy, dx),
            Direction::Down => (dy, dx),
        };
        let way = ahead + 2.0 * aside.abs();
        if ahead > 1.0 && best.is_none_or(|(least, _)| way < least) {
            best = Some((way, i));
        }
    }
    best.map(|(_, i)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_follow_rows_and_columns() {
        let at = |x: f64, y: f64| Rect { x, y, w: 100.0, h: 100.0 };
        let grid = [at(0.0, 0.0), at(110.0, 0.0), at(0.0, 110.0), at(110.0, 110.0), at(500.0, 0.0)];
        let to = |from, direction| nearest(&grid, from, direction);
        assert_eq!(to(0, Direction::Right), Some(1));
        assert_eq!(to(0, Direction::Down), Some(2));
        assert_eq!(to(3, Direction::Up), Some(1));
        assert_eq!(to(1, Direction::Right), Some(4));
        assert_eq!(to(0, Direction::Left), None);
        assert_eq!(nearest(&[], 0, Direction::Left), None);
    }
}
