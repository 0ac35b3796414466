"""Draws how many times as fast as its best peer Lepton is, a bar for each workload."""

ROW, LEFT, SCALE = 26, 150, 120  # pixels


def draw(ratios, path):
    """Writes an SVG. `ratios`: by workload the name of the best peer and the ratio of its median to Lepton's."""
    widest = max(ratio for _, ratio in ratios.values())
    width, height = LEFT + round(widest * SCALE) + 220, ROW * len(ratios) + 40
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
             f'<rect width="{width}" height="{height}" fill="white"/>']
    for row, (workload, (peer, ratio)) in enumerate(ratios.items()):
        y = 30 + row * ROW
        lines += [f'<text x="{LEFT - 8}" y="{y + 14}" text-anchor="end">{workload}</text>',
                  f'<rect x="{LEFT}" y="{y}" width="{ratio * SCALE:.0f}" height="{ROW - 8}" fill="{"#2a7f62" if ratio >= 1 else "#b5473c"}"/>',
                  f'<text x="{LEFT + ratio * SCALE + 6:.0f}" y="{y + 14}">{ratio:.2f} x {peer}</text>']
    lines += [f'<line x1="{LEFT + SCALE}" y1="24" x2="{LEFT + SCALE}" y2="{height - 8}" stroke="black" stroke-dasharray="3 3"/>',
              f'<text x="{LEFT + SCALE}" y="16" text-anchor="middle">as fast as the best peer</text>', "</svg>"]
    path.write_text("\n".join(lines) + "\n")
