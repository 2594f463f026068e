package dev.wherry.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One workload's figures: medians with their spread, and the median of the pairs' ratios. */
record Row(String name, String unit, Spread ours, Spread other, Spread ratio) {

  /** Minimum, median and maximum of some runs. */
  record Spread(double min, double median, double max) {
    static Spread of(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int n = sorted.length;
      double median = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
      return new Spread(sorted[0], median, sorted[n - 1]);
    }

    String text() {
      return String.format(Locale.ROOT, "%.4g (%.4g-%.4g)", median, min, max);
    }
  }

  static Row of(String name, String unit, double[] ours, double[] other) {
    double[] ratios = new double[ours.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = ours[i] / other[i];
    }
    return new Row(name, unit, Spread.of(ours), Spread.of(other), Spread.of(ratios));
  }

  String plain() {
    return String.format(
        Locale.ROOT,
        "%-22s ours %s %s, other %s %s, ratio %.3f (%.3f-%.3f)",
        name,
        ours.text(),
        unit,
        other.text(),
        unit,
        ratio.median(),
        ratio.min(),
        ratio.max());
  }

  static String markdown(List<Row> rows) {
    StringBuilder table = new StringBuilder();
    table.append(
        "| workload | unit | ours, median (min-max) | other, median (min-max) | ratio |\n");
    table.append("| --- | --- | --- | --- | --- |\n");
    for (Row row : rows) {
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s | **%.2f** (%.2f-%.2f) |%n",
              row.name,
              row.unit,
              row.ours.text(),
              row.other.text(),
              row.ratio.median(),
              row.ratio.min(),
              row.ratio.max()));
    }
    return table.toString();
  }
}
