namespace Millrace.Knowledge.Graph.Recognition;

/// <summary>Words in and around names that say what they name.</summary>
internal static class NameClues
{
    /// <summary>Open sentences and mean nobody.</summary>
    public static readonly HashSet<string> Function = Words.Set(
        """
        a an the this that these those i you he she it we they my your his her its our their who whom whose what which
        when where why how if then else and or but nor so yet as at by for from in into of off on onto out over per to
        up with within without about above after against along among around because before behind below between beyond
        despite down during except inside like near since than though through throughout till toward towards under
        until unlike upon via while whereas not no yes all any both each every few many more most much neither none
        other same several some such there here now today yesterday tomorrow please thanks thank hi hello dear hey morning evening congrats congratulations welcome sorry greetings
        regards cheers is are was were be been am do does did has have had can could may might must shall should will
        would let ask see re fwd fw cc ps fyi asap ceo cto cfo coo pdf faq hr it's he's she's we're i'm i'll don't
        """.ReplaceLineEndings(" ")
    );

    /// <summary>Before a person's name, and no part of it.</summary>
    public static readonly HashSet<string> Titles = Words.Set(
        """
        dr mr mrs ms miss mx prof professor sir lord lady dame president chancellor minister prime premier senator
        governor mayor king queen prince princess pope captain colonel general judge justice chairman chairwoman
        director ceo cto cfo secretary ambassador chief inspector sergeant officer rev reverend father sister uncle
        aunt nurse coach councillor doctor madam archbishop bishop rabbi imam detective engineer commissioner baroness baron count countess duke duchess earl
        monsieur madame mademoiselle herr frau señor señora don doña major admiral lieutenant corporal constable
        superintendent cardinal sheikh sultan emperor empress tsar congressman congresswoman alderman
        """.ReplaceLineEndings(" ")
    );

    /// <summary>Behind an organisation's name.</summary>
    public static readonly HashSet<string> LegalForms = Words.Set(
        """
        inc ltd llc llp lp gmbh ag corp corporation co company plc sa s.a. bv b.v. n.v. nv oy oyj ab as a/s asa kg kgaa
        se sarl srl s.r.l. spa s.p.a. pty pte pvt limited incorporated ltda kk k.k. sdn bhd eg ev e.v. ug a.s. d.o.o.
        """.ReplaceLineEndings(" ")
    );

    /// <summary>The last word of many organisations.</summary>
    public static readonly HashSet<string> Organizations = Words.Set(
        """
        university college school academy institute hospital clinic bank council press museum gallery trust foundation
        association society union federation committee commission agency authority ministry department bureau office
        court parliament senate party group holdings partners associates industries enterprises enterprise
        technologies systems solutions software labs laboratories logistics transport airlines airways motors
        energy electric steel pharma pharmaceuticals chemicals foods brewery brewers publishing publishers media
        records studios pictures entertainment insurance capital ventures investments bros brothers sons daughters
        consulting services networks telecom communications times post herald tribune gazette guardian observer
        orchestra philharmonic choir theatre theater ensemble club fc athletic rovers united league guild cooperative
        co-op coop charity church cathedral mosque synagogue police army navy library bakery cafe hotel hotels
        restaurant stores supermarket railways railway shipping works mills farms dairy robotics biotech analytics
        aerospace semiconductor semiconductors retail properties construction architects builders service foundry forge brewing printers telephone bahn bank
        sparkasse stiftung verlag werke versicherung international worldwide organization
        organisation initiative alliance network consortium exchange fund pension observatory nations
        """.ReplaceLineEndings(" ")
    );

    /// <summary>Go on with <c>of</c>: "Bank of England".</summary>
    public static readonly HashSet<string> OrganizationHeads = Words.Set(
        "university bank ministry department court museum institute college school academy house board church society association council federation union league order bureau office chamber faculty grupo groupe gruppo gruppe banco banca banque crédit société compagnie universidad universidade université università universität hochschule institut instituto istituto ministerio ministère ministerium fundación fondation fundação"
    );

    public static readonly HashSet<string> PlaceHeads = Words.Set(
        "gulf bay isle isles republic kingdom strait cape sea port city county duchy lake mount mt mountains coast"
    );

    public static readonly HashSet<string> PlaceTails = Words.Set(
        "river street road avenue lane square bridge island islands mountains mountain lake sea ocean valley bay beach county province district canal harbour harbor park peninsula desert hills hill forest airport coast gulf strait falls boulevard station terminal region district quarter suburb gate hall town castle tower palace plaza pass glacier volcano reservoir"
    );

    public static readonly HashSet<string> PlaceOpenings = Words.Set(
        "north south east west northern southern eastern western new saint st san santa santo los las el la le lower upper fort port mount mt lake great cape"
    );

    /// <summary>Small words inside names.</summary>
    public static readonly HashSet<string> InsideNames = Words.Set(
        "of the and for in on upon de la del della der den van von zu le di da dos das du bin ibn ap al el ben bint ter ten y af av am sur et und an im los las do e"
    );

    /// <summary>Stand inside people's names.</summary>
    public static readonly HashSet<string> Particles = Words.Set(
        "de del della der den van von zu la le di da dos das du bin ibn ap al el ben bint ter ten y af av"
    );

    /// <summary>The particles that are no English words, so that a name may begin with them.</summary>
    public static readonly HashSet<string> OpeningParticles = Words.Set(
        "van von der den de del della di da dos bin ibn ter al el"
    );

    public static readonly HashSet<string> BeforePlace = Words.Set(
        "in from near to off through across outside around toward towards via into reach reached visit visited visiting left leave leaving between"
    );

    public static readonly HashSet<string> BeforeOrganization = Words.Set(
        "for by joined join joins joining acquired acquire acquires bought buy left quit at against sued supplier competitor customer client with"
    );

    public static readonly HashSet<string> BeforePerson = Words.Set(
        "ask asked tell told met meet meets hi hello dear thanks hey married thank mr with and call called email"
    );

    /// <summary>Behind an organisation that is named by one word.</summary>
    public static readonly HashSet<string> AfterOrganization = Words.Set(
        "shares stock stores store employees spokesman spokeswoman subsidiary announced acquired acquires announces launched launches reported reports opened opens hired hires employs plans bought buys sells sold unveiled raised laid cut cuts halted merged customers engineers executives executive unit factory plant headquarters product products app cloud engineer analyst economist boss founder workers worker staff researchers researcher shareholders investors sued"
    );

    /// <summary>The same behind several words, which are otherwise a person.</summary>
    public static readonly HashSet<string> SurelyAfterOrganization = Words.Set(
        "shares stock subsidiary spokesman spokeswoman customers engineers employees executives plant factory headquarters employs acquires acquired merged hires hired unveiled"
    );

    /// <summary>What is told of somebody, behind "is".</summary>
    public static readonly HashSet<string> States = Words.Set(
        "back ill sick away here late off out coming going working happy busy tired joining leaving retiring pregnant afraid glad sure moving"
    );

    /// <summary>Behind a person who is named by one word.</summary>
    public static readonly HashSet<string> AfterPerson = Words.Set(
        "said says moved lives lived works worked is was will has had joined asked told thinks thought wants wrote called seconded too and can met left married studied grew plays played likes loves knows agreed took got made gave sent wrote ran swam drove flew spoke hopes went comes came teaches runs"
    );

    /// <summary>Before "of" and an organisation.</summary>
    public static readonly HashSet<string> PartsOfOrganization = Words.Set(
        "branch ceo cto cfo coo founder founders co-founder director manager chair chairman chairwoman employee employees shares subsidiary unit arm customer customers supplier engineers board head chief spokesman spokeswoman owner shareholders members member acquisition takeover"
    );

    /// <summary>What is founded, joined or sold is no person, whatever it is called.</summary>
    public static readonly HashSet<string> SurelyBeforeOrganization = Words.Set(
        "acquired acquires founded co-founded joined joins owns owned"
    );

    /// <summary>Behind the name of a program or a page.</summary>
    public static readonly HashSet<string> AfterProduct = Words.Set(
        "job page ticket dashboard plugin file spreadsheet login repo repository"
    );

    /// <summary>Written in one way and one thing.</summary>
    public static readonly HashSet<string> Countries = Words.Set("UK US USA UAE U.S. U.K. U.S.A.");

    /// <summary>Places are in, near or off; people and companies are not.</summary>
    public static readonly HashSet<string> SurelyBeforePlace = Words.Set(
        "in near off around outside across throughout"
    );

    /// <summary>Stand behind a comma, too: "Tessera, Inc."</summary>
    public static readonly HashSet<string> Incorporated = Words.Set("inc ltd llc lp llp plc");

    public static readonly HashSet<string> SmallLegalForms = Words.Set(
        "plc ltd gmbh inc llc ag sa kg bv nv ab oy"
    );

    /// <summary>Capitalised, and none of the three: what is counted, dated, sold, or opens a letter.</summary>
    public static readonly HashSet<string> NotNames = Words.Set(
        "python java javascript excel windows linux word outlook slack teams zoom docker kubernetes android internet bluetooth wifi powerpoint project phase package version release chapter section figure table page appendix plan step item level gold premium basic quarter annex note terms conditions draft agenda minutes subject attached invoice order room building floor monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december christmas easter new year"
    );

    public static readonly HashSet<string> NotOrganizations = Words.Set(
        "ok ai api ui ux it id url usb gps gdp dna tv pc cv vat vip diy eta tbd tba rsvp usd eur gbp am pm bc ad q1 q2 q3 q4 json xml html css sql http https csv pin rsi kpi okr roi b2b crm erp iso hq mba phd md ph"
    );
}
