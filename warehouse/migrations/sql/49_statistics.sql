-- Statistics that figures are made with: intervals, and quantiles of durations kept as log buckets.
-- They see numbers only, so that readers may call them and curated and published SQL may too.

-- 95 per cent Wilson score interval of a share (Wilson 1927). Null where nothing was counted.
create function published.wilson_low(numerator double precision, denominator double precision)
returns double precision
language sql immutable parallel safe
return case
    when denominator > 0 then greatest(
        0,
        (
            numerator / denominator + 3.8414588206941236 / (2 * denominator)
            - 1.959963984540054 * sqrt(
                greatest(0, numerator / denominator * (1 - numerator / denominator)) / denominator
                + 3.8414588206941236 / (4 * denominator * denominator)
            )
        ) / (1 + 3.8414588206941236 / denominator)
    )
end;

create function published.wilson_high(numerator double precision, denominator double precision)
returns double precision
language sql immutable parallel safe
return 1 - published.wilson_low(denominator - numerator, denominator);

-- 95 per cent interval of a count of events per `base` (Byar's approximation to the exact Poisson limits).
create function published.poisson_low(events double precision, base double precision)
returns double precision
language sql immutable parallel safe
return case
    when base > 0 and events > 0
        then events * power(greatest(0, 1 - 1 / (9 * events) - 1.959963984540054 / (3 * sqrt(events))), 3) / base
    when base > 0 then 0
end;

create function published.poisson_high(events double precision, base double precision)
returns double precision
language sql immutable parallel safe
return case
    when base > 0
        then (events + 1) * power(1 - 1 / (9 * (events + 1)) + 1.959963984540054 / (3 * sqrt(events + 1)), 3) / base
end;

-- 95 per cent interval of a mean from the sum and the sum of squares of n values (normal approximation). Null below two values.
create function published.mean_low(total double precision, squares double precision, n double precision)
returns double precision
language sql immutable parallel safe
return case
    when n > 1 then total / n - 1.959963984540054 * sqrt(greatest(0, (squares - total * total / n) / (n - 1)) / n)
end;

create function published.mean_high(total double precision, squares double precision, n double precision)
returns double precision
language sql immutable parallel safe
return 2 * total / nullif(n, 0) - published.mean_low(total, squares, n);

-- 95 per cent adjusted-Wald interval of the net promoter score, in points from -100 to 100: three pseudo-answers are added,
-- three quarters of one to each side (Rocks 2016). Null where nobody answered.
create function published.nps_half_width(promoters double precision, detractors double precision, n double precision)
returns double precision
language sql immutable parallel safe
return 100 * 1.959963984540054 * sqrt(
    greatest(
        0,
        (promoters + detractors + 1.5) / (n + 3) - power((promoters - detractors) / (n + 3), 2)
    ) / (n + 3)
);

create function published.nps_low(promoters double precision, detractors double precision, n double precision)
returns double precision
language sql immutable parallel safe
return case
    when n > 0 then greatest(
        -100,
        100 * (promoters - detractors) / (n + 3) - published.nps_half_width(promoters, detractors, n)
    )
end;

create function published.nps_high(promoters double precision, detractors double precision, n double precision)
returns double precision
language sql immutable parallel safe
return case
    when n > 0 then least(
        100,
        100 * (promoters - detractors) / (n + 3) + published.nps_half_width(promoters, detractors, n)
    )
end;

-- The log bucket of a duration: ratio 1.02, so that a quantile is right to one per cent. Up to one second is bucket 0.
create function published.duration_bucket(seconds double precision)
returns integer
language sql immutable parallel safe
return floor(ln(greatest(seconds, 1)) / 0.01980262729617973);

-- The duration at a position on the bucket scale, in seconds; the middle of bucket b is position b + 0.5.
create function published.duration_seconds(bucket_position double precision)
returns double precision
language sql immutable parallel safe
return exp(bucket_position * 0.01980262729617973);

-- Cumulative incidence of an event, from histograms that may be given in any order and in several rows a bucket.
-- Aalen-Johansen: `competing` events end the wait without the event; where there are none this is one minus Kaplan-Meier.
-- Variance by the delta method (Gaynor 1993), which is Greenwood's where nothing competes; the interval is taken on the
-- log(-log) scale of one minus the incidence. Events in a bucket come before its censorings.
create function published.incidence(buckets integer[], events bigint[], competing bigint[], censored bigint[])
returns table (
    bucket integer,
    incidence double precision,
    happened bigint,
    at_risk bigint,
    low double precision,
    high double precision
)
language sql immutable parallel safe
begin atomic
    with delivered as (
        select
            given.bucket,
            sum(given.events)::double precision as happened,
            sum(given.competing)::double precision as competed,
            sum(given.events + given.competing + given.censored)::double precision as left_here
        from unnest($1, $2, $3, $4) as given (bucket, events, competing, censored)
        group by given.bucket
    ),

    at_risk as (
        select
            d.bucket,
            d.happened,
            d.happened + d.competed as ended,
            sum(d.left_here) over (order by d.bucket desc) as at_risk
        from delivered as d
    ),

    free as (
        select
            r.*,
            case
                when r.ended < r.at_risk
                    then exp(sum(case when r.ended < r.at_risk then ln(1 - r.ended / r.at_risk) end) over (order by r.bucket))
                else 0
            end as free_after
        from at_risk as r
        where r.at_risk > 0
    ),

    steps as (
        select
            f.*,
            lag(f.free_after, 1, 1) over (order by f.bucket) as free_before
        from free as f
    ),

    risen as (
        select
            s.*,
            sum(s.free_before * s.happened / s.at_risk) over (order by s.bucket) as incidence
        from steps as s
    ),

    terms as (
        select
            r.*,
            case when r.ended < r.at_risk then r.ended / (r.at_risk * (r.at_risk - r.ended)) else 0 end as spread,
            r.free_before * r.happened / (r.at_risk * r.at_risk) as pull,
            power(r.free_before, 2) * r.happened * (r.at_risk - r.happened) / power(r.at_risk, 3) as own
        from risen as r
    ),

    varied as (
        select
            t.*,
            power(t.incidence, 2) * sum(t.spread) over w
            - 2 * t.incidence * sum(t.spread * t.incidence) over w
            + sum(t.spread * power(t.incidence, 2)) over w
            + sum(t.own) over w
            - 2 * (t.incidence * sum(t.pull) over w - sum(t.pull * t.incidence) over w) as variance
        from terms as t
        window w as (order by t.bucket)
    ),

    scaled as (
        select
            v.*,
            case
                when v.incidence > 1e-12 and v.incidence < 1 - 1e-12
                    then
                        1.959963984540054 * sqrt(greatest(0, v.variance))
                        / ((1 - v.incidence) * abs(ln(1 - v.incidence)))
            end as reach
        from varied as v
    )

    select
        c.bucket,
        c.incidence,
        c.happened::bigint as happened,
        c.at_risk::bigint as at_risk,
        case
            when c.incidence <= 1e-12 then 0
            when c.reach is not null then 1 - exp(-exp(ln(-ln(1 - c.incidence)) - least(c.reach, 700)))
        end as low,
        case
            when c.incidence <= 1e-12 then 0
            when c.reach is not null then 1 - exp(-exp(ln(-ln(1 - c.incidence)) + least(c.reach, 700)))
        end as high
    from scaled as c
    order by c.bucket;
end;

-- One row that sums up how long something takes: n in all, still open, and quantiles in seconds, null where the curve
-- does not get that far. A quantile is the middle of its bucket, so at most one per cent off.
create function published.duration_summary(buckets integer[], events bigint[], competing bigint[], censored bigint[])
returns table (
    n bigint,
    open bigint,
    median double precision,
    median_low double precision,
    median_high double precision,
    p75 double precision,
    p90 double precision
)
language sql immutable parallel safe
begin atomic
    with points as (
        select i.*
        from published.incidence($1, $2, $3, $4) as i
    ),

    reached as (
        select
            min(p.bucket) filter (where p.incidence >= 0.5 - 1e-12) as half,
            min(p.bucket) filter (where p.high >= 0.5) as half_early,
            min(p.bucket) filter (where p.low >= 0.5) as half_late,
            min(p.bucket) filter (where p.incidence >= 0.75 - 1e-12) as three_quarters,
            min(p.bucket) filter (where p.incidence >= 0.9 - 1e-12) as nine_tenths
        from points as p
    ),

    totals as (
        select
            coalesce(sum(given.events + given.competing + given.censored), 0)::bigint as n,
            coalesce(sum(given.censored), 0)::bigint as open
        from unnest($1, $2, $3, $4) as given (bucket, events, competing, censored)
    )

    select
        t.n,
        t.open,
        published.duration_seconds(r.half + 0.5) as median,
        published.duration_seconds(r.half_early + 0.5) as median_low,
        published.duration_seconds(r.half_late + 0.5) as median_high,
        published.duration_seconds(r.three_quarters + 0.5) as p75,
        published.duration_seconds(r.nine_tenths + 0.5) as p90
    from totals as t
    cross join reached as r;
end;

-- A quantile of finished durations alone, in seconds, by linear interpolation between order statistics as
-- percentile_cont takes them, each the middle of its bucket.
create function published.closed_quantile(buckets integer[], counts bigint[], share double precision)
returns double precision
language sql immutable parallel safe
begin atomic
    with delivered as (
        select
            given.bucket,
            sum(given.counted)::double precision as counted
        from unnest($1, $2) as given (bucket, counted)
        where given.counted > 0
        group by given.bucket
    ),

    ranked as (
        select
            d.*,
            sum(d.counted) over (order by d.bucket) - d.counted as below,
            sum(d.counted) over () as n
        from delivered as d
    ),

    wanted as (
        select
            r.*,
            floor($3 * (r.n - 1)) as lower_rank,
            $3 * (r.n - 1) - floor($3 * (r.n - 1)) as weight
        from ranked as r
    )

    select
        sum(
            case
                when w.lower_rank >= w.below and w.lower_rank < w.below + w.counted
                    then (1 - w.weight) * published.duration_seconds(w.bucket + 0.5)
                else 0
            end
            + case
                when w.lower_rank + 1 >= w.below and w.lower_rank + 1 < w.below + w.counted
                    then w.weight * published.duration_seconds(w.bucket + 0.5)
                else 0
            end
        )
    from wanted as w;
end;
